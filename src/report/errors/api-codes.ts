/** What CRMs' and clouds' interfaces call a failure: their own word tells more than the HTTP status or the message beside it. */
import type { ErrorFamily } from "./schema.ts";

/** Salesforce, HubSpot, NetSuite, Google (google.rpc.Code) and AWS, as they write them. */
const CODES: Partial<Record<ErrorFamily, string[]>> = {
  "rate-limit": [
    "REQUEST_LIMIT_EXCEEDED",
    "SSS_REQUEST_LIMIT_EXCEEDED",
    "SSS_USAGE_LIMIT_EXCEEDED",
    "TXN_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "RATE_LIMIT",
    "RATE_LIMITS",
    "RATE_LIMIT_EXCEEDED",
    "TOO_MANY_REQUESTS",
    "CONCURRENCY_LIMIT_EXCEEDED",
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceededException",
    "TooManyRequestsException",
    "SlowDown",
  ],
  authentication: [
    "EXPIRED_AUTHENTICATION",
    "INVALID_AUTHENTICATION",
    "MISSING_SCOPES",
    "INVALID_SESSION_ID",
    "INVALID_LOGIN",
    "INVALID_LOGIN_ATTEMPT",
    "INVALID_LOGIN_CREDENTIALS",
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INSUFFICIENT_PERMISSION",
    "API_DISABLED_FOR_ORG",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "ExpiredToken",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "UnauthorizedOperation",
    "AccessDenied",
    "AccessDeniedException",
    "inactive_user",
    "inactive_org",
  ],
  timeout: ["QUERY_TIMEOUT", "DEADLINE_EXCEEDED", "SSS_TIME_LIMIT_EXCEEDED"],
  connection: ["SERVER_UNAVAILABLE", "SERVICE_UNAVAILABLE", "UNAVAILABLE"],
  // What is full or locked is mended by none of the others' advice.
  other: ["STORAGE_LIMIT_EXCEEDED", "UNABLE_TO_LOCK_ROW"],
};
const FAMILY_OF = new Map(
  Object.entries(CODES).flatMap(([family, codes]) => codes.map((code) => [code, family as ErrorFamily] as const)),
);
const CODE = /(?<![\w.-])[A-Za-z]+(?:_[A-Za-z]+)*(?![\w-])/g;

/** Null: the word is none of them. */
export function familyOfCode(word: string): ErrorFamily | null {
  return FAMILY_OF.get(word) ?? null;
}

/** By the first of these words in a line; null: there is none. */
export function familyByCode(line: string): ErrorFamily | null {
  for (const [word] of line.matchAll(CODE)) {
    const family = familyOfCode(word);
    if (family !== null) return family;
  }
  return null;
}
