/** What CRMs' and clouds' interfaces call a failure: their own word tells more than the HTTP status or the message beside it. */
import type { ErrorFamily } from "./schema.ts";

/**
 * As they write them: Salesforce, HubSpot, NetSuite, Zoho, Slack, OAuth, Google (google.rpc.Code and the older reasons), AWS, Azure,
 * Kafka, MongoDB, Redis and browsers. No word that is one of a language stands here.
 */
const CODES: Partial<Record<ErrorFamily, string>> = {
  "rate-limit": `
    REQUEST_LIMIT_EXCEEDED TXN_LIMIT_EXCEEDED RATE_LIMIT RATE_LIMITS RATE_LIMIT_EXCEEDED RATELIMIT_EXCEEDED TOO_MANY_REQUESTS
    SSS_REQUEST_LIMIT_EXCEEDED SSS_USAGE_LIMIT_EXCEEDED CONCURRENCY_LIMIT_EXCEEDED WS_CONCUR_SESSION_DISALLWD
    EXCEEDED_CONCURRENCY_LIMIT_PER_INTEGRATION EXCEEDED_CONCURRENT_REQUEST_LIMIT EXCEEDED_REQUEST_LIMIT WS_REQUEST_BLOCKED
    API_LIMIT_EXCEEDED LIMIT_EXCEEDED OVER_QUERY_LIMIT OVER_DAILY_LIMIT COMPLEXITY_BUDGET_EXHAUSTED
    ratelimited rate_limited rate_limit_exceeded rate_limit_error too_many_requests insufficient_quota
    RESOURCE_EXHAUSTED quotaExceeded dailyLimitExceeded rateLimitExceeded userRateLimitExceeded
    ThrottlingException ThrottlingError Throttling ThrottledException RequestThrottled RequestThrottledException RequestLimitExceeded
    ProvisionedThroughputExceededException TooManyRequestsException TooManyRequests SlowDown PriorRequestNotComplete
    RequestRateTooLarge ServerBusy ThrottleExceeded`,
  authentication: `
    EXPIRED_AUTHENTICATION INVALID_AUTHENTICATION MISSING_SCOPES BAD_AUTH_CODE BAD_REFRESH_TOKEN BAD_CLIENT_ID BAD_CLIENT_SECRET
    INVALID_SESSION_ID INVALID_LOGIN INVALID_LOGIN_ATTEMPT INVALID_LOGIN_CREDENTIALS INVALID_AUTH_HEADER PASSWORD_LOCKOUT
    LOGIN_MUST_USE_SECURITY_TOKEN INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY
    INSUFFICIENT_PERMISSION API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED SESSION_TIMED_OUT
    INVALID_TOKEN INVALID_OAUTHTOKEN OAUTH_SCOPE_MISMATCH AUTHENTICATION_FAILURE AUTHORIZATION_FAILED NO_PERMISSION INVALID_CLIENT
    INVALID_GRANT INVALID_API_KEY API_KEY_INVALID API_KEY_EXPIRED TOKEN_EXPIRED TOKEN_REVOKED
    invalid_auth not_authed token_expired token_revoked expired_token invalid_token account_inactive missing_scope no_permission
    org_login_required ekm_access_denied inactive_user inactive_org permission_denied permission_error access_denied
    invalid_grant invalid_client unauthorized_client insufficient_scope insufficient_permissions authentication_error
    authentication_required login_required consent_required interaction_required invalid_api_key expired_api_key
    UNAUTHENTICATED PERMISSION_DENIED ACCESS_TOKEN_EXPIRED ACCESS_TOKEN_SCOPE_INSUFFICIENT CREDENTIALS_MISSING authError
    insufficientPermissions insufficientFilePermissions accessNotConfigured
    ExpiredToken ExpiredTokenException UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId InvalidToken
    TokenRefreshRequired SignatureDoesNotMatch InvalidSignatureException IncompleteSignature MissingAuthenticationToken
    MissingAuthenticationTokenException NotAuthorizedException UnauthorizedOperation UnauthorizedException AuthFailure AccessDenied
    AccessDeniedException RequestExpired NoCredentialsError NoCredentialProviders CredentialRetrievalError
    AuthenticationFailed AuthorizationFailed AuthorizationFailure AuthorizationPermissionMismatch Authorization_RequestDenied
    InvalidAuthenticationToken ExpiredAuthenticationToken InvalidAuthenticationInfo Authentication_ExpiredToken
    TokenExpiredError JsonWebTokenError ExpiredSignatureError PrivilegeDenied
    SASL_AUTHENTICATION_FAILED TOPIC_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED
    SaslAuthenticationException TopicAuthorizationException GroupAuthorizationException NOAUTH WRONGPASS NOPERM`,
  timeout: `
    QUERY_TIMEOUT DEADLINE_EXCEEDED SSS_TIME_LIMIT_EXCEEDED REQUEST_TIMEOUT REQUEST_TIMED_OUT STATEMENT_TIMEOUT
    RequestTimeout RequestTimeoutException OperationTimedOut MaxTimeMSExpired ExceededTimeLimit`,
  connection: `
    SERVER_UNAVAILABLE SERVICE_UNAVAILABLE UNAVAILABLE temporarily_unavailable ServiceUnavailable ServiceUnavailableException
    UnknownHostException NoRouteToHostException ServerSelectionTimeoutError ServerNotFoundError CommunicationsException EndpointConnectionError AutoReconnect
    NotWritablePrimary NETWORK_EXCEPTION BROKER_NOT_AVAILABLE LEADER_NOT_AVAILABLE COORDINATOR_NOT_AVAILABLE NoBrokersAvailable
    NOT_LEADER_OR_FOLLOWER CLUSTERDOWN MASTERDOWN ERR_CONNECTION_REFUSED ERR_CONNECTION_RESET ERR_CONNECTION_CLOSED
    ERR_NAME_NOT_RESOLVED ERR_INTERNET_DISCONNECTED ERR_ADDRESS_UNREACHABLE ERR_NETWORK ERR_NETWORK_CHANGED ERR_EMPTY_RESPONSE
    ERR_SSL_PROTOCOL_ERROR`,
  validation: `
    REQUIRED_FIELD_MISSING FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_FILTER_VALIDATION_EXCEPTION FIELD_INTEGRITY_EXCEPTION
    STRING_TOO_LONG INVALID_EMAIL_ADDRESS DUPLICATES_DETECTED DUPLICATE_VALUE INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST MALFORMED_ID
    INVALID_CROSS_REFERENCE_KEY NUMBER_OUTSIDE_VALID_RANGE INVALID_TYPE_ON_FIELD_IN_RECORD
    INVALID_KEY_OR_REF INVALID_FLD_VALUE MISSING_REQD_FLD DUP_RCRD RCRD_DSNT_EXIST UNIQUE_CUST_ID_REQD SSS_MISSING_REQD_ARGUMENT
    MANDATORY_NOT_FOUND INVALID_DATA DUPLICATE_DATA REQUIRED_PARAM_MISSING`,
  "missing-column": `
    PROPERTY_DOESNT_EXIST UNKNOWN_FIELD_NAME UNRESOLVED_COLUMN TABLE_OR_VIEW_NOT_FOUND UNKNOWN_TABLE UNKNOWN_IDENTIFIER
    NO_SUCH_COLUMN_IN_TABLE`,
  // What is full or locked is mended by none of the others' advice.
  other: "STORAGE_LIMIT_EXCEEDED UNABLE_TO_LOCK_ROW",
};
const FAMILY_OF = new Map(
  Object.entries(CODES).flatMap(([family, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, family as ErrorFamily] as const),
  ),
);
/** A class may have its package before it. */
const CODE = /(?:(?<![\w.-])|(?<=[a-z]\.)(?=[A-Z][a-z]+[A-Z]))[A-Za-z]+(?:_[A-Za-z]+)*(?![\w-])/g;

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
