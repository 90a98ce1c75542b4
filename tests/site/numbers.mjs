/**
 * What the playground's calculator tells of sources, by the JSON contract.
 *
 *     node numbers.mjs PLAYGROUND FOLDER < sources.json > answers.json
 *
 * PLAYGROUND is the folder of the built site that has its files. Sources are texts, or paths within
 * FOLDER, which it sees as `/files`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [playground, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(playground, "pyodide.mjs")));
const python = await loadPyodide({
  lockFileURL: join(playground, "lock.json"),
  packages: ["convzoo"],
  stdout: () => {},
});
python.FS.mkdir("/files");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/files");
python.runPython(readFileSync(join(playground, "answers.py"), "utf-8"));
const answer = python.globals.get("answer");
const answers = {};
for (const source of JSON.parse(readFileSync(0, "utf-8"))) {
  // As a text: numbers beyond 2^53 would lose digits here.
  answers[source] = answer(JSON.stringify({ ask: "contract", source }));
}
writeFileSync(1, JSON.stringify(answers));
