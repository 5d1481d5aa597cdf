/** What CRMs answer in JSON: which of the values is wrong, and what the interface itself calls the failure. */
import { expect, test } from "bun:test";
import { fingerprintError } from "../../../src/report/errors/fingerprint.ts";

test.each<{ answer: string; family: string; told: string }>([
  {
    answer: `HTTP 400: {"type":"x","title":"Bad Request","status":400,"o:errorDetails":[{"detail":"Please enter value(s) for: Subsidiary.","o:errorCode":"USER_ERROR"}]}`,
    family: "validation",
    told: `HTTP 400: USER_ERROR: Please enter value(s) for: Subsidiary.`,
  },
  {
    answer: `{"type":"x","title":"Unauthorized","status":401,"o:errorDetails":[{"detail":"Invalid login attempt. For more details, see the Login Audit Trail.","o:errorCode":"INVALID_LOGIN"}]}`,
    family: "authentication",
    told: `HTTP 401: INVALID_LOGIN: Invalid login attempt. For more details, see the Login Audit Trail.`,
  },
  {
    answer: `{"status":"error","message":"Property values were not valid","validationResults":[{"message":"foo must be one of: [a, b]","error":"INVALID_OPTION","name":"foo"}]}`,
    family: "validation",
    told: `Property values were not valid: foo must be one of: [a, b]`,
  },
  {
    answer: `{"status":"error","message":"Property values were not valid","validationResults":[{"isValid":false,"message":"bar was not a valid integer.","error":"INVALID_INTEGER","name":"bar"}],"correlationId":"abc","category":"VALIDATION_ERROR"}`,
    family: "validation",
    told: `Property values were not valid: bar was not a valid integer.`,
  },
  {
    answer: `{"error":"RecordInvalid","description":"Record validation errors","details":{"email":[{"description":"Email: is already being used by another user","error":"DuplicateValue"}]}}`,
    family: "validation",
    told: `RecordInvalid: Email: is already being used by another user`,
  },
  {
    answer: `{"error":"RecordInvalid","description":"Record validation errors","details":{"external_id":[{"description":"External is too long","error":"TooLong"}]}}`,
    family: "validation",
    told: `RecordInvalid: external_id: External is too long`,
  },
  {
    answer: `{"message":"The given data was invalid.","errors":{"phone":["The phone field is required."]}}`,
    family: "validation",
    told: `The given data was invalid: The phone field is required.`,
  },
  {
    answer: `{"message":"The given data was invalid.","errors":{"email":["The email has already been taken."]}}`,
    family: "validation",
    told: `The given data was invalid: The email has already been taken.`,
  },
  {
    answer: `{"timestamp":"2026","status":400,"error":"Bad Request","message":"Validation failed","fieldErrors":[{"field":"phone","message":"must not be blank"}]}`,
    family: "validation",
    told: `HTTP 400: Bad Request: Validation failed: phone must not be blank`,
  },
  {
    answer: `{"type":"about:blank","title":"Bad Request","status":400,"detail":"Validation failed","invalid-params":[{"name":"age","reason":"must be positive"}]}`,
    family: "validation",
    told: `HTTP 400: Validation failed: age must be positive`,
  },
  {
    answer: `{"title":"Bad Request","status":400,"invalid-params":[{"name":"age","reason":"must be positive"}]}`,
    family: "validation",
    told: `HTTP 400: Bad Request: age must be positive`,
  },
  {
    answer: `{"errors":{"phone":["is invalid"]}}`,
    family: "validation",
    told: `phone is invalid`,
  },
  {
    answer: `{"errors":{"email":["is invalid"]}}`,
    family: "validation",
    told: `email is invalid`,
  },
  {
    answer: `{"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"range","description":"Invalid range A1:Z"}]}]}}`,
    family: "validation",
    told: `HTTP 400: Request contains an invalid argument: Invalid range A1:Z`,
  },
  {
    answer: `{"status":"error","message":"The OAuth token used to make this call expired 12 hour(s) ago.","category":"EXPIRED_AUTHENTICATION"}`,
    family: "authentication",
    told: `EXPIRED_AUTHENTICATION: The OAuth token used to make this call expired 12 hour(s) ago.`,
  },
  {
    answer: `{"status":"error","message":"The API key used to make this call is expired.","category":"EXPIRED_AUTHENTICATION"}`,
    family: "authentication",
    told: `EXPIRED_AUTHENTICATION: The API key used to make this call is expired.`,
  },
  {
    answer: `{"message":"This oauth-token (CJ...) expired! expiresAt: 1234"}`,
    family: "authentication",
    told: `This oauth-token (CJ...) expired! expiresAt: 1234`,
  },
  {
    answer: `{"status":"error","message":"This app hasn't been granted all required scopes to make this call.","category":"MISSING_SCOPES"}`,
    family: "authentication",
    told: `MISSING_SCOPES: This app hasn't been granted all required scopes to make this call.`,
  },
  {
    answer: `The hub associated with this token is not active`,
    family: "authentication",
    told: `The hub associated with this token is not active`,
  },
  {
    answer: `Salesforce Error Code 400. Response content: [{'errorCode': 'STORAGE_LIMIT_EXCEEDED', 'message': 'storage limit exceeded'}]`,
    family: "other",
    told: `Salesforce Error Code 400. Response content: [{'errorCode': 'STORAGE_LIMIT_EXCEEDED', 'message': 'storage limit exceeded'}]`,
  },
  {
    answer: `[{"message":"storage limit exceeded","errorCode":"STORAGE_LIMIT_EXCEEDED"}]`,
    family: "other",
    told: `STORAGE_LIMIT_EXCEEDED: storage limit exceeded`,
  },
  {
    answer: `[{"message":"inactive user","errorCode":"inactive_user"}]`,
    family: "authentication",
    told: `inactive_user: inactive user`,
  },
  {
    answer: `{"type":"TRACE","trace":{"type":"ERROR","error":{"message":"Authentication to HubSpot has expired. Re-authenticate to restore access to HubSpot.","internal_message":"401 Client Error: Unauthorized for url: https://x"}}}`,
    family: "authentication",
    told: `Authentication to HubSpot has expired. Re-authenticate to restore access to HubSpot.`,
  },
  {
    answer: `{"error":{"code":8,"message":"Quota exceeded for quota metric","status":"RESOURCE_EXHAUSTED"}}`,
    family: "rate-limit",
    told: `Quota exceeded for quota metric`,
  },
  {
    answer: `An error occurred (ThrottlingException) when calling the X operation: Rate exceeded`,
    family: "rate-limit",
    told: `An error occurred (ThrottlingException) when calling the X operation: Rate exceeded`,
  },
])("$family: $told", ({ answer, family, told }) => {
  const { family: known, example } = fingerprintError(answer);
  expect({ family: known, told: example }).toEqual({ family, told } as never);
});

test("different fields, and different things that are wrong with one, are different causes", () => {
  const answers = [
    `{"message":"The given data was invalid.","errors":{"phone":["The phone field is required."]}}`,
    `{"message":"The given data was invalid.","errors":{"email":["has already been taken"]}}`,
    `{"errors":{"phone":["is invalid"]}}`,
    `{"errors":{"email":["is invalid"]}}`,
    `{"title":"Bad Request","status":400,"o:errorDetails":[{"detail":"Period is closed."}]}`,
    `{"title":"Bad Request","status":400,"o:errorDetails":[{"detail":"Please enter value(s) for: Subsidiary."}]}`,
  ];
  expect(new Set(answers.map((answer) => fingerprintError(answer).key)).size).toBe(answers.length);
});
