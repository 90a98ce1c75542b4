/**
 * The calculator in a thread of its own: convzoo, run by Pyodide.
 *
 * It takes messages `{id, ask, ...}` and answers each with `{id, answer}` or `{id, error}`. A
 * message `{id, ask: "open", file, place}` opens a file in place of the one before, and its path is
 * the answer; only what is read of it is loaded. While it starts it tells its progress by `{stage}`, and at last `{ready: true}`.
 */
import { loadPyodide } from "./pyodide.mjs";

const opened = []; // The folder of each place's file.
let number = 0;

const started = start();

async function start() {
  const answers = fetch(new URL("answers.py", import.meta.url)).then((found) => {
    if (!found.ok) throw new Error(`answers.py: ${found.status}`);
    return found.text();
  });
  postMessage({ stage: "Loading Python" });
  const python = await loadPyodide({
    lockFileURL: new URL("lock.json", import.meta.url).href,
    packages: ["convzoo"],
    checkIntegrity: true,
  });
  postMessage({ stage: "Loading the calculator" });
  python.runPython(await answers, { filename: "answers.py" });
  postMessage({ ready: true });
  return { python, answer: python.globals.get("answer") };
}

// Who asks is told by the messages of what follows; without this the browser would complain too.
started.catch((error) => postMessage({ failed: String(error) }));

/** Mount a file, without reading it; its path, which no other file has had. */
function open(python, file, place) {
  const { FS } = python;
  if (opened[place] !== undefined) FS.unmount(opened[place]);
  opened[place] = `/opened-${++number}`;
  FS.mkdir(opened[place]);
  FS.mount(FS.filesystems.WORKERFS, { files: [file] }, opened[place]);
  return `${opened[place]}/${file.name}`;
}

onmessage = async ({ data: { id, ...question } }) => {
  try {
    const { python, answer } = await started;
    if (question.ask === "open") {
      postMessage({ id, answer: open(python, question.file, question.place) });
    } else {
      postMessage({ id, ...JSON.parse(answer(JSON.stringify(question))) });
    }
  } catch (error) {
    postMessage({ id, error: lastLine(error) });
  }
};

/** The last line of a Python traceback tells what it is. */
function lastLine(error) {
  return String(error.message ?? error).trim().split("\n").at(-1);
}
