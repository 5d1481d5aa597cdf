/** The well-known causes of failures: how their messages are recognised, and what to do about each. */
import { familyByCode } from "./api-codes.ts";
import { READ_LENGTH } from "./cause.ts";
import { familyByNumber, familyBySureNumber } from "./error-numbers.ts";
import { once } from "./masks.ts";
import { isCleanUp } from "../vocabulary.ts";
import type { ErrorFamily } from "./schema.ts";

/** `patterns`: any of them recognises a message. */
type Family = { patterns: Pick<RegExp, "test">[]; advise: (rule: string) => string };

/** How PostgreSQL, Windows and others say it in German, French, Spanish, Portuguese and Italian, without a number beside it. */
const FOREIGN = {
  rateLimit:
    /\bzu viele anfragen\b|\btrop de requ[êe]tes\b|\bdemasiadas (?:solicitudes|peticiones)\b|\bmuitas (?:requisiç|solicitaç)ões\b|\btroppe richieste\b/i,
  authentication:
    /\b(?:authentifizierung|anmeldung)\b.{0,80}\bfehlgeschlagen\b|\bkeine berechtigung\b|\bzugriff verweigert\b|\bauthentification\b.{0,80} [ée]chou|\bacc[èe]s refus[ée]|\bdroit refus[ée]|\bautenti(?:fi)?caci[óo]n\b.{0,80} fall|\b(?:acceso|permiso) denegado\b|\bautenticaç[ãa]o\b.{0,80} falhou\b|\b(?:acesso negado|permiss[ãa]o negada)\b|\bautenticazione\b.{0,80} fallita\b|\b(?:accesso|permesso) negato\b/i,
  timeout:
    /\bzeitüberschreitung\b|\bzeitlimit\b.{0,30} überschritten\b|\bd[ée]lai\b.{0,40} (?:d[ée]pass[ée]|expir[ée])|\btiempo de espera\b|\btempo\b.{0,20} (?:esgotado|scaduto)\b/i,
  missingColumn:
    /\b(?:spalte|relation|tabelle|schema)\b.{0,80} existiert nicht\b|\b(?:colonne|relation|table)\b.{0,80} n['’]existe pas\b|\bno existe la (?:columna|relaci[óo]n|tabla)\b|\b(?:columna|relaci[óo]n|tabla)\b.{0,80} no existe\b|\b(?:coluna|relaç[ãa]o|tabela)\b.{0,80} n[ãa]o existe\b|\b(?:colonna|relazione|tabella)\b.{0,80} non esiste\b/i,
  connection:
    /\bverbindung (?:wurde )?(?:abgelehnt|verweigert|zurückgesetzt|getrennt|geschlossen|abgebrochen)\b|\bverbindung verweigert|\bkeine verbindung\b|\bconnexion (?:refus[ée]e|r[ée]initialis[ée]e|perdue|ferm[ée]e|interrompue)|\bconexi[óo]n (?:rehusada|rechazada|reiniciada|perdida|cerrada)\b|\bconex[ãa]o (?:recusada|perdida|fechada)\b|\bconnessione (?:rifiutata|persa|chiusa)\b/i,
  validation:
    /\bdoppelter schlüssel|\bverletzt\b.{0,40}constraint\b|\bungültige eingabesyntax\b|\bcl[ée] dupliqu[ée]e\b|\b(?:rompt|viole) la contrainte\b|\bsyntaxe en entr[ée]e invalide\b|\b(?:llave|clave|chave) duplicada\b|\bviola (?:la |a )?(?:restricci[óo]n|restriç[ãa]o|(?:il )?vincolo)\b/i,
};

/** Order matters: a message belongs to the first family that recognises it. */
const FAMILIES = once((): Record<ErrorFamily, Family> => ({
  "cleaned-up": {
    patterns: [{ test: isCleanUp }],
    advise: () => "its worker seems to have died: look at the worker's log and memory",
  },
  "rate-limit": {
    patterns: [
      matchHttp("429"),
      /too[ _]?many[ _]?requests|\brate[ _-]?limit|request_limit_exceeded|\bslow[ _]?down\b|\brate exceeded\b|\breduce your request rate\b|\bthrottl(?:ed|ing)|(?<!\bdisk )\bquota (?:was |has been )?exceeded|exceeded your \w{0,20} ?quota|\b(?:secondly|ten_secondly|daily|api|request) (?:request )?limit\b/i,
      /\btoo many (?:api calls|attempts|calls|login attempts)\b|\b(?:calls?|concurren\w{1,30}|totalrequests) limits? (?:was |has been |is )?(?:exceeded|reached)\b|\b(?:calls|requests) (?:has |have )?exceeded (?:the|your|its|a) (?:\w{1,20} )?(?:limit|quota)\b|\bmax(?:imum)? number of (?:\w{1,20} ){0,3}(?:calls|requests)\b.{0,20}\b(?:exceeded|reached)\b|\b(?:exceeded|hit|reached) (?:the|your|its) (?:\w{1,20} ){0,2}(?:call|request)s? (?:limit|quota)\b/i,
      /\bexceeded (?:the )?limit of [\d,.]+ (?:\w{1,20} )?over (?:the |a )?(?:time )?window\b|\bexceeded \d{1,9} (?:\w{1,20} )?(?:calls|requests) per \w{1,10}\b|\breduce (?:your |the )?(?:number of )?(?:concurrent )?request(?: rate)?s\b/i,
      FOREIGN.rateLimit,
    ],
    advise: () => "lower its request rate or spread its schedule",
  },
  authentication: {
    patterns: [
      matchHttp("401|403"),
      /\bunauthori[sz]ed|\bforbidden\b|\bunauthenticated\b|\bnot authenticated\b/i,
      /\binvalid[ _-](?:or expired )?(?:(?:access|refresh|api|auth|authentication|bearer|security|session|client|user)[ _-]?)?(?:tokens?|credentials?|session|session_id|grant|client|secret|login|password|signature)\b|\binvalid[ _-](?:api|access|secret)[ _-]?key\b/i,
      /(?<!\b(?:continuation|cursor|delta|next|page|paging|pagination|resume|skip|sync|change)[ _-])\b(?:token|session|credentials?|api key|password|secret|authentication)(?: \*{3})?,? (?:has |have |is |are |was |were )?(?:been )?(?:expired|revoked|invalid|rejected|denied|not valid)\b/i,
      /(?<!\b(?:continuation|cursor|delta|next|page|paging|pagination|resume|skip|sync|change)[ _-])\b(?:tokens?|session|credentials?|api[ -]key|authentication|authorization)\b(?:[^.:;\n]|\.{3}){1,60}\b(?:(?:has|is|was|have) )?(?:been )?(?:expired|revoked|not active|no longer valid)\b/i,
      /\b(?:granted|missing|required|lacks?|requires (?:merchant approval|access))\b[^.:;\n]{0,30}\bscopes?\b/i,
      /\bexpired[ _](?:\w{1,20}[ _])?(?:token|session|credentials?|password|authentication)\b|\binvalid_(?:login|session_id)\b/i,
      /\bauthentication[ _]?(?:failed|required|error|credentials)|\b(?:log ?in|sign ?in) failed|\bunable to (?:log|sign) in\b|\bbad credentials\b|\blogin incorrect\b/i,
      /\baccess[ _]denied\b|\bpermission denied (?:for|to)\b|\binsufficient[ _](?:privileges?|scopes?|permissions?|access)|\bmissing_scopes\b|\bno pg_hba\.conf entry\b/i,
      /\b(?:bad|incorrect|invalid|wrong) (?:e-?mail|login|user ?names?|user)(?: or |, ?| and | ?\/ ?)(?:the )?pass(?:word|code)|\b(?:incorrect|wrong) password\b|\blog ?on (?:denied|fail(?:ed|ure))\b|\b(?:authentication (?:failure|unsuccessful)|auth fail(?:ed|ure))\b/i,
      /\bjwt (?:is |has )?expired\b|\b(?:access|api|client|secret|signing)(?: secret)? keys? (?:\S{1,60} ){0,6}(?:(?:is|are|has|have)(?: been)? )?expired\b/i,
      /(?<!\bexists? or you )\b(?:do|does)(?: not|n['’]t) have (?:the )?(?:enough |necessary |proper |required |sufficient )?(?:access|permissions?|privileges?|rights)\b(?! to (?:\/|write))|(?<!\bor )\bnot authori[sz]ed\b|\bpermission (?:was|is|has been) denied\b/i,
      /\b(?:unable to|could not|cannot|failed to) (?:find|load|locate|retrieve) (?:\w{1,20} ){0,2}credentials\b|\bno (?:valid |usable )?(?:credentials|access token|api key) (?:found|provided|supplied)\b|\b(?:account|user) (?:is|has been|was) (?:deactivated|disabled|inactive|locked(?: out)?|suspended)\b|\bapi key (?:has been|is|was) (?:deactivated|deleted|disabled)\b|\bcredentials (?:\w{1,20} )?(?:are|were) (?:incorrect|invalid|not valid)\b|\bsignature\b.{0,40}\bdoes not match\b/i,
      FOREIGN.authentication,
    ],
    advise: () => "renew its credentials",
  },
  timeout: {
    patterns: [
      matchHttp("408|504|522|524"),
      /\btimed?[ _-]out\b|\btiming out\b|timeout(?:error|exception)?\b(?! ?=|["'] ?:)|etimedout|esockettimedout/i,
      /\btime[ _]?limit[ _]?exceeded|timelimitexceeded|\bdeadline[ _]?exceeded|\btoo long to (?:respond|answer)/i,
      /\bexceeded (?:the )?max(?:imum)? (?:execution|query|run|statement) time\b|\bmax(?:imum)? (?:statement )?execution time (?:of \d{1,9} seconds )?exceeded\b/i,
      FOREIGN.timeout,
    ],
    advise: () => "make its batches smaller or its time limit longer",
  },
  cancelled: {
    patterns: [
      /\bcancell?ed(?:error)?\b|\bcancellation\b|\bcancell?ing statement due to user request/i,
      /\b(?:stopped|aborted|interrupted|terminated|killed) (?:manually|by (?:the |an? )?(?:user|operator|admin\w{0,10}))\b/i,
      /\bkeyboardinterrupt\b|\btaskrevokederror\b|\btask (?:was |has been )?revoked\b/i,
    ],
    advise: () => "find out who or what stopped it, then start it again",
  },
  "missing-column": {
    patterns: [
      /\b(?:column|relation|table|property|field)\b(?: ["'`“]?[\w.*]{1,100}["'`”]?){0,1}(?: of relation ["'][\w.*]{1,100}["'])? (?:does not|doesn['’]t) exist\b/i,
      /\bno such (?:column|field|property|table)\b|\bunknown column\b|\b(?:missing|undefined) ?(?:column|table)\b|\bhas no column named\b|\bpropert(?:y|ies)_(?:doesnt|does_not)_exist\b|\binvalid column name\b|\binvalid_field\b(?!_for)/i,
      /\binvalid (?:identifier|object name)\b|\bunrecognized name\b|\bcould not find stored procedure\b|\btable or view (?:does not exist|not found)\b|\bcannot find the object\b|\bobject ["'`]?[\w.$]{1,100}["'`]? does not exist\b|\bnot found: (?:dataset|table)\b|\bcolumn not found\b|\b(?:column|field|property) ["'`]?[\w.$]{1,100}["'`]? (?:is |was )?not found\b|\b(?:schema|view) ["'`]?[\w.$]{1,100}["'`]? does not exist\b|\bunknown database\b|\bunknown field name\b|\bsobject type .{1,100} is not supported\b|\bis an undefined name\b/i,
      FOREIGN.missingColumn,
    ],
    advise: () => "bring the warehouse's tables, and the fields it asks the CRM for, up to date",
  },
  connection: {
    patterns: [
      matchHttp("502|503|52[01357]|530"),
      /\bconnection (?:was |has been |is |to .{1,100}? )?(?:already |forcibly |unexpectedly )?(?:refused|reset|closed|aborted|lost|failed|terminated|broken|dropped|error)/i,
      /connection(?:reset|refused|aborted|closed|does ?not ?exist)?error\b|\blost (?:the )?connection\b|\bclosed the connection\b|\bterminating connection\b|\bclosed connection without\b|\bserver has gone away\b/i,
      /\b(?:could not|cannot|can't|can not|failed to|unable to) (?:connect|establish a new connection|resolve|translate host)/i,
      /\becon\w{3,10}\b|\bepipe\b|\benotfound\b|\beai_again\b|\behostunreach\b|\benetunreach\b|\bbroken pipe\b|\bsocket hang up\b/i,
      /\bname or service not known\b|\bname resolution\b|nameresolutionerror|\bgetaddrinfo\b|\bdns\b|\bnodename nor servname\b/i,
      /\b(?:host|network|server|service)(?: is)? (?:unreachable|unavailable)|\bno route to host\b|\breset by peer\b|\bbad gateway\b|\bservice temporarily unavailable\b/i,
      /\bremote end closed\b|remotedisconnected|incompleteread\b|\bssl\w{0,30}error\b|certificate_verify_failed|\bunexpected eof\b|\bremaining connection slots\b|\btoo many (?:clients|connections)\b|\bno more connections allowed\b/i,
      /\bcertificate (?:(?:is|was|has)(?: been)? )?(?:not (?:yet )?valid|not trusted|invalid|expired|revoked|untrusted|unknown|rejected|signed by|verify failed|verification (?:failed|error))/i,
      /\b(?:self[- ]signed|local issuer|untrusted|expired|invalid) certificate\b|\bpkix path\b|\bx509: |\b(?:tls|ssl)\w{0,4}[ _-](?:alert|handshake)|\bhandshake[ _](?:fail|error|exception)|sslhandshakeexception|\berr_tls_cert|\bcert_(?:has_expired|untrusted|not_yet_valid)\b|self_signed_cert|unable_to_verify_leaf/i,
      /\bno such host\b|\bunknown ?host(?:exception)?\b|\bname could not be resolved\b|\b(?:unable to|could not|cannot|can['’]t|failed to) (?:contact|find|locate|reach) (?:the )?(?:remote )?(?:host|server)\b|\bno listener\b|\bno address associated with hostname\b|\b(?:unable to|could not|cannot|failed to) establish (?:a |the )?connection\b|servererror: not (?:master|primary)\b|\bloading the dataset in memory\b|\btransport failure\b/i,
      /\bcommunications? link failure\b|\bssl syscall error\b|\bssl certificate problem\b|\b(?:unexpected )?end[- ]of[- ]file on communication channel\b|\bnetwork error\b|\bnetwork-related or instance-specific error\b|\btransport-level error\b|\btcp provider: |\bfetch failed\b|\bactively refused\b|\bunable to access the network\b|\bbrokers? (?:are |is )?(?:all )?down\b|\bno brokers? available\b|\bno (?:healthy|primary|reachable|suitable) (?:servers?|upstream)\b|\bdatabase system is (?:in recovery mode|shutting down|starting up)\b/i,
      FOREIGN.connection,
    ],
    advise: () => "check that the CRM and the warehouse answer, and the network between them",
  },
  validation: {
    patterns: [
      matchHttp("400|422"),
      /(?<!in|re)validation|\bbad[ _]?request\b|\bunprocessable\b/i,
      /\b(?:is|was|were|are)(?: not|n['’]t)(?: an?)? valid\b|\binvalid[ _](?:input|value|values|e-?mail|date|datetime|format|property|propert\w{1,5}|parameters?(?:\(s\))?|number|phone|literal|argument|enum|option|url|type|field|data)(?!\w)|\benter a valid\b/i,
      /\brequired[ _](?:field|property|value|param)|\bfield (?:is )?required\b|(?<!\bsync )\bis required\b|\b(?:(?:may|must|can|should)(?:not| not)|can['’]t) be (?:null|blank|empty)\b|\bnull value\b/i,
      /\bviolates \S{1,20}(?: \S{1,20})? constraint\b|\bconstraint (?:failed|violation)\b|(?:unique|notnull|foreignkey|check)violation\b|\bintegrityerror\b|\bduplicate (?:key|entry|value|name|record)\b|\bduplicate_value\b/i,
      /\bconstraint \([^)]{1,100}\) violated\b|\bviolation of (?:\w{1,20} ){1,3}constraint\b|\bconflicted with the (?:\w{1,20} ){1,3}constraint\b|\bconstraint fails\b/i,
      /\bcannot insert (?:the value )?null\b|\bdoes not allow nulls\b|\bvalue too large for column\b|\bdata would be truncated\b|\bconversion failed when converting\b|\berror converting data type\b|\barithmetic overflow error\b|\b(?:boolean|date|numeric|timestamp) value .{1,100} is not recognized\b|\bincorrect (?:date|datetime|decimal|double|integer|string|time) value\b|\bdoesn['’]t have a default value\b/i,
      /\brecord ?invalid\b|\balready (?:been |being )?(?:taken|used|in use)\b|\b(?:is|was) invalid\b/i,
      /\bvalue too long\b|\bdata too long\b|\bout of range\b|stringdatarighttruncation|\bdataerror\b|\bmust be (?:an? )?(?:\w{1,20} )?(?:integer|number|string|date|boolean|unique)|\bmust (?:contain|have) (?:at (?:least|most)|only|no|exactly)\b/i,
      FOREIGN.validation,
    ],
    advise: (rule) => `correct the records that ${rule} could not store`,
  },
  other: { patterns: [], advise: (rule) => `see the log of ${rule} around that time` },
}));

/** The family of a message of one line. */
export function nameFamily(line: string): ErrorFamily {
  const start = line.slice(0, READ_LENGTH);
  const coded = familyByCode(start) ?? familyBySureNumber(start);
  if (coded !== null) return coded;
  const known = Object.entries(FAMILIES()).find(([, { patterns }]) => patterns.some((pattern) => pattern.test(start)));
  return (known?.[0] as ErrorFamily | undefined) ?? familyByNumber(start) ?? "other";
}

const CERTIFICATE = /certificate|\bcert_|\bpkix\b|\bx509\b/i;

/** It is the server's own, where a connection is not. */
export function tellsOfCertificate(line: string): boolean {
  return CERTIFICATE.test(line);
}

/** Causes within a family that need something else than the rest of it. */
const FINER = once((): { family: ErrorFamily; pattern: RegExp; advice: string }[] => [
  {
    family: "authentication",
    pattern:
      /\bpermission denied (?:for|to)\b|\binsufficient[ _]?(?:privileges?|scopes?|permissions?|access)|\bscopes?\b|\bnot authorized to\b|\bdo(?:es)? not have .{0,60}\b(?:permissions?|privileges?|rights|access)\b|\bpermission_denied\b|\bno_permission\b/i,
    advice: "give its user the right that it lacks",
  },
  {
    family: "connection",
    pattern: CERTIFICATE,
    advice: "renew the server's certificate, or trust the authority that signed it",
  },
  {
    family: "connection",
    pattern:
      /\bname or service not known\b|\bname resolution\b|nameresolutionerror|\bgetaddrinfo\b|\benotfound\b|\beai_again\b|\bno such host\b|\bunknown ?host|\bnodename nor servname\b|\bcould not (?:resolve|translate) host\b|\berr_name_not_resolved\b/i,
    advice: "check the name of the host, and the DNS that its worker asks",
  },
  {
    family: "other",
    pattern:
      /\bno space left\b|\benospc\b|\bdisk ?(?:is )?full\b|\bdisk quota\b|\bephemeral-storage\b|\bstorage[ _]limit[ _]exceeded\b|\bunable to extend \w|\bthe table \S+ is full\b|\bthe transaction log .{0,60}is full\b/i,
    advice: "make room where it is full",
  },
  {
    family: "other",
    pattern:
      /\bout[ -]of[ -]memory\b|outofmemory|memoryerror\b|\boomkilled\b|\bheap (?:space|limit)\b|\bcannot allocate memory\b|\bunable to allocate \d|\bexceeding (?:physical )?memory limits?\b|\bmemory limit exceeded\b|\boom command not allowed\b/i,
    advice: "give its worker more memory, or make its batches smaller",
  },
  {
    family: "other",
    pattern: /\bdeadlock|\bdatabase (?:table )?is locked\b|\bcould not serialize access\b|\bunable_to_lock_row\b/i,
    advice: "let no other run write the same rows at that time",
  },
]);

/** What to try for a known kind of error; general advice for the rest. */
export function adviseOnError(line: string, rule: string): string {
  const family = nameFamily(line);
  const finer = FINER().find((one) => one.family === family && one.pattern.test(line.slice(0, READ_LENGTH)));
  return finer?.advice ?? FAMILIES()[family].advise(rule);
}

/** A number is a status where the words around it say so: "400 records" is a count. */
function matchHttp(codes: string): RegExp {
  const named = String.raw`(?:\bhttp(?:error|status)?(?:\/[\d.]{1,3})?|\bstatus(?:[ _]?code)?|\bresponse)["']?[ :=([]{0,3}(?:${codes})\b`;
  const counted = String.raw`(?! (?:(?!(?:after|at|because|by|for|from|in|on|to|with)\b)\w{1,20} )?(?!access|status)\w{1,20}s\b)`;
  const told = String.raw`\b(?:error|code|failed|returned|got|with|received)[ :=(]{1,3}(?:an? )?(?:${codes})\b${counted}`;
  const alone = String.raw`(?:^|: ?)(?:${codes})(?=:|$)|\b(?:${codes}):? (?:client|server) error`;
  const called = String.raw`(?:api|http|request|response|client|server|transport)\w{0,12}(?:error|exception)\((?:${codes}),`;
  const repeated = String.raw`\btoo many (?:${codes}) error responses`;
  return new RegExp(`${named}|${told}|${alone}|${called}|${repeated}`, "i");
}
