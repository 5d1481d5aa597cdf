/** What is typed where a path should stand. */
import { showText } from "./terminal.ts";

/** A connection URL, or a user with a password: it is never repeated, and no file is made of its name. */
const NO_PATH = /:\/\/|:[^/]*@/;

/** A name with an ending, of a file in a folder, or of small letters only. */
const PATH_LIKE = /^(?:[\w.~ -]+\/)*[\w~ -][\w.~ -]*\.[A-Za-z]{1,8}$|^(?:[\w.~ -]+\/)+[\w.~ -]+$|^[a-z._-]+$/;
/** A word as tokens and keys are: long, of letters and digits. */
const TOKEN_LIKE = /^(?=.*\d)(?=.*[A-Za-z])[\w~+-]{20,}=*$/;
const HIDDEN = "… (the name may be a secret that stands where its file should be named, and is not repeated)";

/** What is wrong with such a one, behind the name of its key. */
export const LOOKS_LIKE_URL = "must be a path: what stands here looks like a connection URL";

/** Whether it is the content, and not the path, of what was asked for. */
export function isNoPath(text: string): boolean {
  return NO_PATH.test(text);
}

/** A file that is missing, by the path that was tried, unless what was typed may be a secret. */
export function nameTried(file: string, folder: string, candidate: string): string {
  const isPath = PATH_LIKE.test(file) && !file.split("/").some((part) => TOKEN_LIKE.test(part));
  return file.startsWith("/") || isPath ? showText(candidate) : `${showText(folder)}/${HIDDEN}`;
}
