import { writeTemplate } from "../../config/template.ts";
import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand({}, async () => {
  await emit(writeTemplate());
  return EXIT.ok;
});
