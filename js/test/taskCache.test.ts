// Tests of the cache of base tasks.
import { beforeEach, expect, it } from "vitest";
import { TaskCache } from "../src/state/taskCache";

const task = { id: "a1", name: "train", project: "Vision" };
let asked: unknown[];
let answer: unknown;
let book: TaskCache;

beforeEach(() => {
  asked = [];
  book = new TaskCache({
    request: async <Result>(action: string, payload: unknown) => {
      asked.push([action, (payload as { id: string }).id]);
      if (answer instanceof Error) throw answer;
      return answer as Result;
    },
  });
});

it("asks once for a task that is there, and knows it by its id and by its address", async () => {
  answer = { id: "a1", task, problem: "" };
  const heard: number[] = [];
  book.subscribe(() => heard.push(1));
  await Promise.all([book.resolve(" https://host/tasks/a1 "), book.resolve("https://host/tasks/a1")]);
  await book.resolve("a1");
  expect(asked).toEqual([["task", "https://host/tasks/a1"]]);
  expect(book.task("a1")?.name).toBe("train");
  expect(heard.length).toBeGreaterThan(0);
});

it("asks each time which task is the latest, and knows that task then", async () => {
  const wanted = { project: "", name: "train", tags: "", status: "completed" };
  answer = { task, completed: 5, asked: true };
  await Promise.all([book.readLatest(wanted), book.readLatest(wanted)]);
  expect(asked.length).toBe(1);
  expect(book.latest({ ...wanted })?.completed).toBe(5);
  expect(book.task("a1")?.name).toBe("train");
  answer = new Error("no server");
  await book.readLatest(wanted);
  expect(book.latest(wanted)?.task).not.toBeNull();
  answer = { task: null, completed: null, asked: true };
  await book.readLatest(wanted);
  expect(book.latest(wanted)?.task).toBeNull();
  expect(book.latest({ ...wanted, name: "other" })).toBeUndefined();
});

it("asks again for a task that was not there, and keeps what it knew where nobody answers", async () => {
  answer = { id: "a1", task: null, problem: "no such task" };
  await book.resolve("a1");
  expect(book.resolved("a1")?.problem).toBe("no such task");
  answer = new Error("no server");
  await book.resolve("a1");
  expect(book.resolved("a1")?.problem).toBe("no such task");
  answer = { id: "a1", task, problem: "" };
  await book.resolve("a1");
  expect(book.task("a1")?.name).toBe("train");
  await book.resolve("");
  expect(asked).toHaveLength(3);
});

it("reads the parameters of a task once", async () => {
  answer = { parameters: [{ name: "Args/lr", value: "0.1" }] };
  await book.readParameters("a1");
  await book.readParameters("a1");
  expect(asked).toEqual([["parameters", "a1"]]);
  expect(book.parameters("a1")?.[0]?.name).toBe("Args/lr");
});
