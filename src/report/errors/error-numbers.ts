/** Failures that have a number, whatever the language of the words beside it: of databases, of cURL and of gRPC. */
import { once } from "./masks.ts";
import type { ErrorFamily } from "./schema.ts";

/** `at` finds a number in its place, in the group `number`, in lines that have what it `needs`. `28*` is a class: all that begin so. */
type Numbers = { at: RegExp; needs?: RegExp; families: Partial<Record<ErrorFamily, string>> };

/** These are sure, and come before the words. */
const SURE: Numbers[] = [
  {
    at: /\b(?:ORA|TNS)-(?<number>\d{5})\b/g,
    families: {
      authentication: "01005 01017 01031 01045 28000 28001 28003",
      connection:
        "00018 00020 01012 01033 01034 01089 03113 03114 03135 12154 12505 12514 12516 12518 12519 12520 12528 12537 12541 12543 12545 12547 12560 12571 17002",
      timeout: "03136 12170 12535 12609",
      cancelled: "01013",
      validation:
        "00001 01400 01401 01407 01438 01722 01830 01840 01841 01843 01847 01858 01861 02290 02291 02292 02293 02298 12899",
      "missing-column": "00904 00942 04043",
    },
  },
  { at: /\b(?<number>AADSTS)\d{4,7}\b/g, families: { authentication: "AADSTS" } },
  {
    at: /\bcURL(?: error|:)? \(?(?<number>\d{1,2})\b/gi,
    families: { connection: "5 6 7 18 35 51 52 53 54 55 56 58 60 66 77 80 83 92", timeout: "28", authentication: "67" },
  },
  {
    at: /(?:\bStatusCode\.|\bcode = |\bgRPC (?:error|status)(?: code)?[: ]{1,2}(?:\d{1,2} )?)(?<number>[A-Za-z_]{6,20})\b/g,
    families: {
      authentication: "Unauthenticated UNAUTHENTICATED PermissionDenied PERMISSION_DENIED",
      "rate-limit": "ResourceExhausted RESOURCE_EXHAUSTED",
      timeout: "DeadlineExceeded DEADLINE_EXCEEDED",
      connection: "Unavailable UNAVAILABLE",
      cancelled: "Canceled CANCELLED",
      validation: "InvalidArgument INVALID_ARGUMENT OutOfRange OUT_OF_RANGE",
    },
  },
];

const SQL_SERVER: Numbers["families"] = {
  authentication: "229 230 262 297 300 916 4060 18450 18452 18456 18470 18486 18487 18488",
  "rate-limit": "10928 10929 40501 49918 49919 49920",
  timeout: "-2 1222",
  connection: "26 40 53 64 121 233 258 10053 10054 10060 10061 11001 40197 40613",
  validation: "241 242 245 248 257 295 515 547 2601 2627 2628 8114 8115 8152 8169",
  "missing-column": "207 208 2812 3701 4902",
  other: "1105 1204 1205 9002",
};

/** In these the words beside them say more, where they are known. */
const BESIDE_WORDS: Numbers[] = [
  {
    at: /(?:\((?=\d{4}, b?["'])|\bERROR (?=\d{4} \()|\bSQLSTATE\[\w{5}\](?: \[|: [\w ,]{1,60}: ))(?<number>\d{4})\b/g,
    families: {
      authentication: "1044 1045 1142 1143 1227 1370 1396 1698 1820 1862 3118",
      "rate-limit": "1226",
      timeout: "3024",
      connection: "1040 1053 1129 1130 1152 1203 1927 2002 2003 2005 2006 2012 2013 2026 2055",
      cancelled: "1317",
      validation: "1048 1062 1216 1217 1264 1265 1292 1364 1366 1406 1451 1452 3140 3819",
      "missing-column": "1049 1051 1054 1109 1146 1305",
      other: "1021 1114 1205 1213",
    },
  },
  { at: /\bMsg (?<number>\d{2,5})(?=, Level)/g, families: SQL_SERVER },
  {
    at: /\((?<number>-?\d{1,5})\)/g,
    needs: /\[SQL Server\]|\bSQL(?:DriverConnect|Exec\w{0,10})\b/,
    families: SQL_SERVER,
  },
  {
    at: /(?:\bSQLSTATE[ :=[('"]{1,3}|\(["'](?=\w{5}["'], )|\[(?=\w{5}\] ?\[)|\b\d{3,6} \((?=\w{5}\))|\bPostgresException \(0x80004005\): (?=\w{5}:)|\bcode["']?: ["'](?=\w{5}["']))(?<number>[\dA-Z]{5})\b/g,
    families: {
      authentication: "28* 42501",
      timeout: "HYT00 HYT01",
      connection: "08* 57P01 57P02 57P03 53300",
      validation: "22* 23*",
      "missing-column": "42S02 42S22 42P01 42703 3F000",
      other: "22000",
    },
  },
];

const TABLES = once(() => ({ sure: SURE.map(readTable), besideWords: BESIDE_WORDS.map(readTable) }));

/** By a number that says it all; null: there is none. */
export function familyBySureNumber(line: string): ErrorFamily | null {
  return findIn(TABLES().sure, line);
}

/** By a number, where no words tell it. */
export function familyByNumber(line: string): ErrorFamily | null {
  return findIn(TABLES().besideWords, line);
}

type Table = { at: RegExp; needs: RegExp | undefined; familyOf: Map<string, ErrorFamily> };

function readTable({ at, needs, families }: Numbers): Table {
  const pairs = Object.entries(families).flatMap(([family, numbers]) =>
    numbers.split(" ").map((number) => [number, family as ErrorFamily] as const),
  );
  return { at, needs, familyOf: new Map(pairs) };
}

function findIn(tables: Table[], line: string): ErrorFamily | null {
  for (const { at, needs, familyOf } of tables) {
    if (needs?.test(line) === false) continue;
    for (const { groups } of line.matchAll(at)) {
      const number = groups?.["number"] ?? "";
      const family = familyOf.get(number) ?? familyOf.get(`${number.slice(0, 2)}*`);
      if (family !== undefined) return family;
    }
  }
  return null;
}
