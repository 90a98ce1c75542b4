/** The page's end of the calculator: questions that are answered by the worker. */

const LONGEST_START_MS = 60_000;
const LONGEST_ANSWER_MS = 20_000;

/**
 * A calculator that starts at once and can be asked before it is ready.
 *
 * A worker that fails to start, or that is silent for too long, is given up: what was asked of it
 * fails, and the next question starts another.
 */
export class Calculator {
  #worker = null;
  #waiting = new Map();
  #number = 0;
  #watchdog = null;
  #isReady = false;
  #onState;

  /** @param {(state: {stage?: string, ready?: boolean, failed?: string}) => void} onState */
  constructor(onState) {
    this.#onState = onState;
    this.#start();
  }

  /**
   * Ask, and wait for the answer.
   *
   * @param {string} ask the name of a function of `answers.py`, or `"open"`
   * @param {object} values its arguments
   * @throws {Error} with what is wrong, in one line
   */
  ask(ask, values) {
    if (this.#worker === null) this.#start();
    const id = ++this.#number;
    const asked = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#worker.postMessage({ id, ask, ...values });
    if (this.#isReady) this.#watchAnswers();
    return asked;
  }

  #start() {
    this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#giveUp(event.message || "its program could not be loaded");
    };
    this.#watch(LONGEST_START_MS, "it did not start within a minute");
  }

  #hear(data) {
    if (data.id === undefined) {
      if (data.failed) {
        this.#giveUp(data.failed);
        return;
      }
      if (data.ready) {
        this.#isReady = true;
        this.#watchAnswers();
      }
      this.#onState(data);
      return;
    }
    const { resolve, reject } = this.#waiting.get(data.id);
    this.#waiting.delete(data.id);
    if (data.error === undefined) resolve(data.answer);
    else reject(new Error(data.error));
    this.#watchAnswers();
  }

  #watchAnswers() {
    clearTimeout(this.#watchdog);
    if (this.#waiting.size > 0) this.#watch(LONGEST_ANSWER_MS, "no answer within 20 seconds");
  }

  #watch(milliseconds, reason) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#giveUp(reason), milliseconds);
  }

  #giveUp(reason) {
    clearTimeout(this.#watchdog);
    this.#worker.terminate();
    this.#worker = null;
    this.#isReady = false;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    this.#onState({ failed: reason });
  }
}
