/**
 * Compile the standard library and a wheel for Pyodide, by Pyodide itself.
 *
 *     node compile.mjs WHEEL FOLDER
 *
 * What is compiled when the site is built is not compiled in each reader's browser, which would
 * take it three seconds. The two files in the folder keep their names.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadPyodide } from "pyodide";

const [wheel, folder] = process.argv.slice(2);
const library = new URL("node_modules/pyodide/python_stdlib.zip", import.meta.url);
// Without the columns of each instruction, which only make tracebacks nicer.
const python = await loadPyodide({ env: { PYTHONNODEBUGRANGES: "1" } });
python.runPython(readFileSync(new URL("compile.py", import.meta.url), "utf-8"));
for (const [path, name, leftOut] of [
  [library, "python_stdlib.zip", "OF_THE_LIBRARY"],
  [wheel, basename(wheel), "OF_THE_WHEEL"],
]) {
  python.FS.writeFile("/given.zip", readFileSync(path));
  python.runPython(`compile_archive("/given.zip", "/made.zip", ${leftOut})`);
  writeFileSync(join(folder, name), python.FS.readFile("/made.zip"));
}
