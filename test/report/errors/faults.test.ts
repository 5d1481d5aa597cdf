/** SOAP servers say little in the fault itself, and the cause in its detail. */
import { expect, test } from "bun:test";
import { fingerprintError } from "../../../src/report/errors/fingerprint.ts";
import { maskErrorMessage } from "../../../src/report/errors/redact.ts";

function writeFault(faultstring: string, detail: string, code = "soap:Server"): string {
  return `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault><faultcode>${code}</faultcode><faultstring>${faultstring}</faultstring><detail>${detail}</detail></soap:Fault></soap:Body></soap:Envelope>`;
}

function writeFault12(reason: string, detail: string): string {
  return `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault></s:Body></s:Envelope>`;
}

test.each([
  {
    name: "a summary, with the field",
    message: writeFault(
      "Validation failed",
      "<n:ValidationFault><n:field>owner_ref</n:field><n:message>Owner does not exist</n:message></n:ValidationFault>",
    ),
    shown: "Server: Validation failed: owner_ref: Owner does not exist",
  },
  {
    name: "a field that the words name",
    message: writeFault("Validation failed.", "<field>email</field><message>Email is required</message>"),
    shown: "Server: Validation failed: Email is required",
  },
  {
    name: "the class of an exception",
    message: writeFault(
      "com.netledger.util.NLException",
      "<p:fault><p:code>WS_CONCUR_SESSION_DISALLWD</p:code><p:message>Only one request may be made at a time.</p:message></p:fault>",
      "soapenv:Server.userException",
    ),
    shown: "WS_CONCUR_SESSION_DISALLWD: Only one request may be made at a time.",
  },
  {
    name: "Dynamics",
    message: writeFault12(
      "An error occurred",
      "<OrganizationServiceFault><ErrorCode>-2147015902</ErrorCode><Message>Number of requests exceeded the limit of 6000.</Message></OrganizationServiceFault>",
    ),
    shown: "-2147015902: Number of requests exceeded the limit of 6000.",
  },
  {
    name: "WCF without a reason",
    message: writeFault12(
      "The creator of this fault did not specify a Reason.",
      "<DateFault><Description>The close date is before the start</Description></DateFault>",
    ),
    shown: "Receiver: The close date is before the start",
  },
  {
    name: "what .NET writes behind an arrow",
    message: writeFault(
      "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---&gt; System.Exception: The tax table is empty",
      "",
    ),
    shown: "Server: System.Exception: The tax table is empty",
  },
  {
    name: "words between the frames of a stack",
    message: writeFault(
      "Internal Error",
      "<stackTrace>at com.x.Y(Z.java:3) it failed</stackTrace><reason>tax table is missing</reason>",
    ),
    shown: "Server: tax table is missing",
  },
  {
    name: "the detail itself",
    message: writeFault("Fault occurred while processing.", "The order has no lines"),
    shown: "Server: The order has no lines",
  },
  {
    name: "an element of any name",
    message: writeFault("Server Error", "<n:Fault><n:Info>Line has no tax code</n:Info></n:Fault>"),
    shown: "Server: Line has no tax code",
  },
  {
    name: "CDATA",
    message: writeFault("An error occurred", "<message><![CDATA[Quote <b>Q</b> is locked]]></message>"),
    shown: "Server: Quote Q is locked",
  },
  {
    name: "a fault that is cut off",
    message: writeFault("An error occurred", "<message>Quote is locked by").replace(/<\/detail>.*/, ""),
    shown: "Server: Quote is locked by",
  },
  {
    name: "Xero's list",
    message:
      '<?xml version="1.0"?><ApiException><ErrorNumber>10</ErrorNumber><Type>ValidationException</Type><Message>A validation exception occurred</Message><Elements><ValidationErrors><ValidationError><Message>Account code is not valid</Message></ValidationError></ValidationErrors></Elements></ApiException>',
    shown: "A validation exception occurred: Account code is not valid",
  },
  {
    name: "a code in the detail of a fault that tells",
    message: writeFault("Your login is refused", "<f><code>INVALID_LOGIN_CREDENTIALS</code><message>x y</message></f>"),
    shown: "INVALID_LOGIN_CREDENTIALS: Your login is refused",
  },
  {
    name: "nothing more in the detail",
    message: writeFault("Validation failed", "<error>Error</error><hostName>app-1</hostName>"),
    shown: "Server: Validation failed",
  },
  {
    name: "a fault that tells, and a detail beside it",
    message: writeFault("The deal is gone", "<message>See the manual of the interface</message>"),
    shown: "Server: The deal is gone",
  },
])("$name", ({ message, shown }) => {
  expect(maskErrorMessage(message)).toBe(shown);
});

test.each([
  { name: "on one line", between: "" },
  { name: "on lines of its own", between: "\n  " },
])("a long fault's detail at its end, $name", ({ between }) => {
  const message = writeFault(
    "Validation failed",
    `${"<n:page>no change</n:page>".repeat(90)}<n:message>Owner does not exist</n:message>`,
  ).replaceAll("><", `>${between}<`);
  const handedOver = `${message.slice(0, 1000)}\n…\n${message.slice(-700)}`;
  expect([message, handedOver].map(maskErrorMessage)).toEqual(
    Array.from({ length: 2 }, () => "Server: Validation failed: Owner does not exist"),
  );
});

test("the stack in a fault that tells nothing else is read as one", () => {
  const message = writeFault(
    "An error occurred",
    "<stackTrace>\njava.lang.IllegalStateException: tax table is empty\n\tat com.x.Y.z(Y.java:3)\n</stackTrace>",
  );
  expect(maskErrorMessage(message)).toBe("java.lang.IllegalStateException: tax table is empty");
});

test("faults of different causes are different causes", () => {
  const details = ["Email is required", "Owner does not exist", "Unknown stage"];
  const keys = details.flatMap((words) =>
    ["Validation failed", "An error occurred", "java.lang.RuntimeException"].map(
      (said) => fingerprintError(writeFault(said, `<f><message>${words}</message></f>`)).key,
    ),
  );
  expect(new Set(keys).size).toBe(6);
});
