/** Passwords among the arguments of commands, as a subprocess's error quotes them. */
import { applyMasks, once, type Mask } from "./masks.ts";
import { isNoValue, looksSecret } from "./secret-values.ts";

/** Between two arguments: spaces, or the comma of a list of strings. */
const NEXT = String.raw`(?:\s{1,5}|["']\s{0,3},\s{0,3}["'])`;
const FLAG_BEFORE = String.raw`(?<=["'\s\x60([]|^)`;
const ARGUMENT = String.raw`(?:"[^"\n]*"?|'[^'\n]*'?|[^\s"',;)\]|]+)`;

/** Each command's flags that a password follows, at once or as the next argument. */
const COMMANDS: { names: string; flag: string; follows: "attached" | "next" | "either" }[] = [
  {
    names: "mysql[\\w.-]*|mariadb[\\w-]*|mycli|mydumper|myloader|xtrabackup|mariabackup|innobackupex",
    flag: "-p",
    follows: "attached",
  },
  { names: "7z\\w?|rar|unrar", flag: "-h?p", follows: "attached" },
  {
    names: "sshpass|mongo\\w*|cqlsh|(?:docker|podman|helm|oc|az|cf|nuctl)\\s+login|htpasswd",
    flag: "-p",
    follows: "either",
  },
  { names: "sqlcmd|bcp|osql|tsql|zip|unzip", flag: "-P", follows: "either" },
  { names: "plink|pscp|psftp|putty", flag: "-pw", follows: "next" },
  { names: "openssl", flag: "-[kK]", follows: "next" },
  { names: "redis-cli", flag: "-a", follows: "either" },
  { names: "ldap\\w{1,20}", flag: "-w", follows: "either" },
];

const FOLLOWS = { attached: "(?=[^\\s\"',:-])|(?=[\"'][^\"',\\s]+[\"'])", next: NEXT, either: `${NEXT}|(?=[^\\s"'])` };

const listCommands = () =>
  COMMANDS.map(({ names, flag, follows }): Mask => {
    const [line, password] = [
      // As a shell or the command itself writes it, too: "mysqldump.exe", "mysqldump: …", and a line that goes on after a backslash.
      new RegExp(String.raw`(?<![\w.-])(?:${names})(?:\.exe)?(?=["'\s:])(?:\\\r?\n|[^\n|;])*`, "gi"),
      new RegExp(String.raw`(${FLAG_BEFORE}${flag}(?:${FOLLOWS[follows]}))(?!-)${ARGUMENT}`, "g"),
    ];
    return [line, (command = "") => command.replace(password, "$1***")];
  });

/** Options named after a file, a kind or a key of the data have no secret behind them. */
const HARMLESS_OPTION =
  /^--?no-|(?:file|path|type|name|ur[il]|stdin|env|length|prompt)$|(?:primary|sort|foreign|partition|unique|public|group|row|cache)-?key$/i;

const createOption = () =>
  new RegExp(
    String.raw`${FLAG_BEFORE}(-(?:-[\w-]{0,40}(?:passw(?:or)?d|passphrase|pass|pwd|pw|secret|token|key|credential)[\w-]{0,40}|(?:store|key|src|dest)?pass(?:w(?:or)?d|phrase)?|pwd?|secret|token|api-?key))(=|${NEXT})(?![-&|])(${ARGUMENT})`,
    "gi",
  );

const PROSE =
  /^(?:is|was|not|and|or|for|from|in|has|must|required|missing|invalid|expired|cannot|option|flag|argument)[.,;:]?$/i;

/**
 * What sets a variable or a setting, with a blank before its value, and which names are a secret's. Some of the commands are words
 * too: names in capitals follow those.
 */
const SETTERS: [command: string, name: string][] = [
  [
    String.raw`ARG|declare -x|ENV|export|setenv|set -[a-zA-Z]{0,3}x[a-zA-Z]{0,3}`,
    "[A-Z][A-Z\\d_]{0,60}?(?:_AUTH|CREDENTIALS?|_KEY|PASS(?:WD|WORD|PHRASE)?|_PW|PWD|SECRET|TOKEN)|PASS(?:WORD|PHRASE)|TOKEN",
  ],
  [
    String.raw`setx|config(?:ure)?(?:\s--?[\w-]{1,20}){0,3}\s{1,3}set|CONFIG SET|git\s{1,3}config`,
    "[\\w./:@-]{0,100}(?:[Aa]uth|AUTH|[Kk]ey|KEY|[Pp]ass(?:wd|word|phrase)?|PASS(?:WD|WORD|PHRASE)?|pwd|PWD|[Ss]ecret|SECRET|[Tt]oken|TOKEN)",
  ],
];

const listSetters = () =>
  SETTERS.map(([command, name]): Mask => [
    new RegExp(
      String.raw`((?<![\w-])(?:${command})${NEXT}(?:(?:--?[\w-]{1,20}|\/[a-zA-Z])${NEXT}){0,3}(?:${name})(?:_?\d{1,3})?${NEXT})(?![-&|=])(\\{1,8}"[^"\n]{0,300}"?|${ARGUMENT})`,
      "g",
    ),
    hideSet,
  ]);

const COMMAND_LINES = once((): Mask[] => [
  ...listCommands(),
  ...listSetters(),
  // curl -u user:password, docker's -u 1000:1000 and what copies only newer files apart.
  [
    new RegExp(
      String.raw`(${FLAG_BEFORE}(?=-)(?<!\b(?:cp|mv|rsync|scp|sort|tar|uniq)\s[^\n|;&]{0,100})(?:-[A-Za-z]{0,5}[uU]|--(?:proxy-)?user)(?:=|${NEXT})?["']?[^\s:"',/=]{0,100}:)(?!\d{1,6}\b|\/\/)((?<=["'][^"']{1,101})[^"'\n]+|[^\s"']+)`,
      "g",
    ),
    "$1***",
  ],
  // smbclient -U user%password, lftp -u user,password.
  [
    new RegExp(
      String.raw`(${FLAG_BEFORE}(?:-U${NEXT}["']?[^\s%"']{1,100}%|-u${NEXT}["']?[^\s,"':]{1,100},))[^\s"']+`,
      "g",
    ),
    "$1***",
  ],
  // A port has digits only.
  [
    new RegExp(
      String.raw`(${FLAG_BEFORE}-[uU](?:${NEXT})?[^\s"']{1,100}(?:${NEXT})-[pP](?:${NEXT})?)(?!\d{1,5}\b|-)${ARGUMENT}`,
      "g",
    ),
    "$1***",
  ],
  [new RegExp(String.raw`(${FLAG_BEFORE}-p)(${ARGUMENT})`, "g"), hideAttached],
  [createOption(), hideOption],
  [/(\s-pass(?:in|out)?\s{1,5}pass:)\S+/g, "$1***"],
  [
    /(\becho\s{1,5}(?:-n\s{1,5})?)(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"'|]{1,200})(?=\s{0,5}\|\s{0,5}(?:chpasswd|cryptsetup|gpg|kinit|passwd|sudo?|[\w./-]{1,40}\s[^\n|]{0,100}(?:password|stdin)))/g,
    "$1***",
  ],
  // sqlplus user/password@host; a version behind the @ is a package's.
  [
    /(?<![\w/.@-])((?:[A-Za-z][\w$#]{0,60}|\\{0,8}"[^"\n]{1,60}")\/)(?!\/)(?:\\{0,8}"[^"\n]{1,100}"|[^\s/@"'<>]{1,100})(?=@(?!v?\d{1,5}(?:\.\d|\b(?!\.))|sha\d)[\w/(])/g,
    "$1***",
  ],
  [
    /(\b(?:sqlplus|sqlldr|expdp|impdp|exp|imp)\s[^\n/]{0,100}?\b[A-Za-z][\w$#]{0,60}\/)(?![/*])[^\s/@"'<>]{1,100}/g,
    "$1***",
  ],
  [
    /(\bidentified\s{1,3}(?:with\s{1,3}[\w'"]{1,60}\s{1,3})?(?:by|(?<=\bwith\s{1,3}[\w'"]{1,60}\s{1,3})as)\s{1,3}(?:values\s{1,3}|password\s{1,3})?)(?!(?:a|an|externally|globally|its|the|their)\b|\d)(?:"[^"\n]*"?|'[^'\n]*'?|[^\s;]+)/gi,
    "$1***",
  ],
  [
    /(\bset\s{1,3}password\s{1,3}(?:for\s{1,3}[^\n=]{1,100})?=\s{0,3}(?:\w{1,20}\()?)(?:"[^"\n]*"?|'[^'\n]*'?)/gi,
    "$1***",
  ],
  [
    /(\bhtpasswd\s[^\n|;]{0,60}?-\w{0,5}b\w{0,5}\s{1,3}(?:-\S{1,20}\s{1,3}){0,5}[^\s-]\S{0,200}\s{1,3}\S{1,100}\s{1,3})\S+/g,
    "$1***",
  ],
  // Settings that a table keeps: the name says that the value is one.
  [
    /(\bset\s{1,3}["\x60[]?(?:\w{0,20}_)?(?:data|val(?:ue)?|content)["\x60\]]?\s{0,3}=\s{0,3})(?:"[^"\n]*"?|'[^'\n]*'?)(?=[^\n]{0,200}\bwhere\b[^\n]{0,60}=\s{0,3}["'][\w.-]{0,40}(?:passw|pwd|secret|token|key|cred))/gi,
    "$1***",
  ],
  // SQL Server's other databases.
  [
    /\b(?:sp_addlinkedsrvlogin|sp_addlogin|sp_password|openrowset|opendatasource)\b[^\n]{0,300}/gi,
    (call = "") => call.replace(/(?<=[,;]\s{0,3}N?)'[^'\n]*'/g, "***"),
  ],
  // HTTPie and isql.
  [new RegExp(String.raw`(${FLAG_BEFORE}--auth(?:=|${NEXT})["']?[^\s:"',/=]{1,100}:)[^\s"']+`, "g"), "$1***"],
  [/((?<![\w.-])(?:https?|xhs?)\s(?:[^\n|;]{0,100}\s)?-a\s{0,3}["']?[^\s:"',/=]{1,100}:)[^\s"']+/g, "$1***"],
  [
    /((?<![\w.-])(?:isql|iusql)\s{1,3}(?:-\w{1,20}\s{1,3}){0,5}[^\s-]\S{0,100}\s{1,3}[^\s-]\S{0,100}\s{1,3})(?![-:])\S+/g,
    "$1***",
  ],
  // Windows: net use … password /user:name password, and /u:name /p:password.
  [/(\bnet\s{1,3}use\s[^\n]{0,100}?\s)(?!\/)[^\s\\]{1,100}(?=\s{1,3}\/user:)/gi, "$1***"],
  [/(\bnet\s{1,3}use\s[^\n]{0,100}?\/user:\S{1,100}\s{1,3})(?!\/)\S+/gi, "$1***"],
  [/(\/u(?:ser)?:\S{1,100}\s{1,3}\/p(?:ass\w{0,4})?:)\S+/gi, "$1***"],
  [
    new RegExp(String.raw`(\bConvertTo-SecureString\s{1,3}(?:-String\s{1,3})?)(?![-$(])\\{0,8}${ARGUMENT}`, "gi"),
    "$1***",
  ],
  // netrc and pgpass.
  [/(\blogin\s{1,5}\S{1,200}\s{1,5}(?:account\s{1,5}\S{1,200}\s{1,5})?passw(?:or)?d\s{1,5})\S+/gi, "$1***"],
  [/(\bmachine\s{1,5}\S{1,200}\s{1,5}passw(?:or)?d\s{1,5})\S+/gi, "$1***"],
  [
    /(?<![\w.*-])([\w.*[\]-]{1,100}:(?:\d{1,5}|\*):(?!\d+:)[^\s:]{1,100}:(?!(?:crit|debug|err|error|fatal|info|warn)\w{0,5}:)[^\s:]{1,100}:)[^\s"']+/gi,
    "$1***",
  ],
]);

/** What every text has that one of them fits: an option, a pipe, a path or a place, or one of the words. */
const COMMAND_LINE =
  /(?:["'\s`([]|^)-|[|/@]|identified|passw|where\b|sp_\w|open(?:rowset|datasource)|\b(?:setx|setenv|export|env|arg|declare -x|set -\w{1,7}|config(?:ure)?)\s|(?::[^:]*){4}/i;

export function maskCommandLines(text: string): string {
  return COMMAND_LINE.test(text) ? applyMasks(text, COMMAND_LINES()) : text;
}

function hideAttached(match = "", flag = "", value = ""): string {
  return looksSecret(value) && !/^\d/.test(value) ? `${flag}***` : match;
}

const AFTER_NAME = /^(?:again|before|first|then|variables?|when|while)[.,;:]?$/i;

function hideSet(match = "", before = "", value = ""): string {
  return PROSE.test(value) || AFTER_NAME.test(value) || isNoValue(value) ? match : `${before}***`;
}

function hideOption(match = "", option = "", next = "", value = ""): string {
  return HARMLESS_OPTION.test(option) || PROSE.test(value) ? match : `${option}${next}***`;
}
