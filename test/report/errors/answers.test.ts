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
  {
    answer: `{"Fault":{"Error":[{"Message":"A business validation error has occurred while processing your request","Detail":"Business Validation Error: Select a customer","code":"6000","element":""}],"type":"ValidationFault"},"time":"2026-07-10T01:02:03.004-07:00"}`,
    family: "validation",
    told: `A business validation error has occurred while processing your request: Business Validation Error: Select a customer`,
  },
  {
    answer: `{"timestamp":"2026-07-10T01:02:03","status":400,"error":"Bad Request","message":"Validation failed for object='contact'. Error count: 1","errors":[{"codes":["NotBlank.contact.phone"],"arguments":null,"defaultMessage":"must not be blank","objectName":"contact","field":"phone","rejectedValue":"","code":"NotBlank"}],"path":"/contacts"}`,
    family: "validation",
    told: `HTTP 400: Bad Request: Validation failed for object='contact'. Error count: 1: phone must not be blank`,
  },
  {
    answer: `{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred","Elements":[{"ValidationErrors":[{"Message":"Email address must be valid."}],"InvoiceID":"1"}]}`,
    family: "validation",
    told: `ValidationException: A validation exception occurred: Email address must be valid.`,
  },
  {
    answer: `{"message":"Validation Failed","errors":[{"resource":"Label","code":"already_exists","field":"name"}]}`,
    family: "validation",
    told: `Validation Failed: name: already_exists`,
  },
  {
    answer: `{"title":"An error occurred","detail":"Validation Failed","violations":[{"propertyPath":"phone","title":"This value should not be blank."}]}`,
    family: "validation",
    told: `Validation Failed: phone: This value should not be blank.`,
  },
  {
    answer: `{"type":"https://example.net/validation-error","title":"Your request parameters didn't validate.","invalid-params":[{"name":"age","reason":"must be a positive integer"}]}`,
    family: "validation",
    told: `Your request parameters didn't validate: age must be a positive integer`,
  },
  {
    answer: `{"type":"https://example.net/validation-error","title":"Your request is not valid.","errors":[{"detail":"must be a positive integer","pointer":"#/age"}]}`,
    family: "validation",
    told: `age must be a positive integer`,
  },
  {
    answer: `{"phone":["This field is required."]}`,
    family: "validation",
    told: `phone: This field is required.`,
  },
  {
    answer: `400 Client Error: Bad Request for url: https://api.x.com/v1: {"name":["Ensure this field has no more than 50 characters."]}`,
    family: "validation",
    told: `400 Client Error: Bad Request for url: https://api.x.com/v1: name: Ensure this field has no more than 50 characters.`,
  },
  {
    answer: `{"success":false,"error":"Validation error","errorCode":400,"data":{"title":"is required"}}`,
    family: "validation",
    told: `HTTP 400: Validation error: title is required`,
  },
  {
    answer: `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"The level of configured provisioned throughput for the table was exceeded."}`,
    family: "rate-limit",
    told: `ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was exceeded.`,
  },
  {
    answer: `An error occurred (UnrecognizedClientException) when calling the Query operation: The security token included in the request is invalid.`,
    family: "authentication",
    told: `An error occurred (UnrecognizedClientException) when calling the Query operation: The security token included in the request is invalid.`,
  },
  {
    answer: `{"non_field_errors":["Unable to log in with provided credentials."]}`,
    family: "authentication",
    told: `Unable to log in with provided credentials.`,
  },
])("$family: $told", ({ answer, family, told }) => {
  const { family: known, example } = fingerprintError(answer);
  expect({ family: known, told: example }).toEqual({ family, told } as never);
});

test("different fields, and different things that are wrong with one, are different causes", () => {
  const answers = [
    `{"name":["This field is required."]}`,
    `{"email":["This field is required."]}`,
    `{"email":["Enter a valid address."]}`,
    `{"message":"The given data was invalid.","errors":{"phone":["The phone field is required."]}}`,
    `{"message":"The given data was invalid.","errors":{"email":["has already been taken"]}}`,
    `{"errors":{"phone":["is invalid"]}}`,
    `{"errors":{"email":["is invalid"]}}`,
    `{"title":"Bad Request","status":400,"o:errorDetails":[{"detail":"Period is closed."}]}`,
    `{"title":"Bad Request","status":400,"o:errorDetails":[{"detail":"Please enter value(s) for: Subsidiary."}]}`,
  ];
  expect(new Set(answers.map((answer) => fingerprintError(answer).key)).size).toBe(answers.length);
});
