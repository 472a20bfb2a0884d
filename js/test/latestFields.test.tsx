// Tests of the fields for a base task that is the latest of several.
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import type { Sent } from "./fakeHost";
import { renderWidgetForEach } from "./renderWidget";

const TASK = { id: "a".repeat(32), name: "train", project: "Vision", status: "completed", tags: [], type: "training" };
const LATEST = { project: "Vision", name: "train", tags: ["prod"], status: "completed" };
const shown = renderWidgetForEach({
  _kind: "wizard",
  connection: { state: "connected", user: "Ann", web: "https://web" },
  draft: { name: "Nightly", schedules: [{ id: "a1", action: { latest: LATEST, reuse_task: false } }] },
});

const asked = (action: string): Sent | undefined => shown.host.sent.filter((each) => each.action === action).at(-1);
const labels = () => [...shown.el.querySelectorAll("label")].map((each) => each.textContent);
const now = () => [...shown.el.querySelectorAll("[role=status]")].map((each) => each.textContent).join("|");

function field(label: string): HTMLInputElement {
  const found = [...shown.el.querySelectorAll("label")].find((each) => each.textContent === label);
  const input = found && (document.getElementById(found.htmlFor) ?? found.querySelector("input"));
  if (!(input instanceof HTMLInputElement)) throw new Error(`there is no field ${label}`);
  return input;
}

async function answerAll(action: string, result: unknown) {
  await expect.poll(() => asked(action)).toBeDefined();
  const { id } = asked(action) as Sent;
  await act(async () => shown.host.answer({ id, ok: true, result: result as Record<string, unknown> }));
}

async function open() {
  const title = [...shown.el.querySelectorAll("button")].find((each) => each.textContent?.includes("Schedule 1"));
  if (title?.getAttribute("aria-expanded") === "false") await act(() => title.click());
  await answerAll("queues", { queues: [{ id: "q", name: "default", watched: true }] });
}

it("shows what the definition says, which task that is now, and a link to it", async () => {
  await open();
  expect(field("The latest of several").checked).toBe(true);
  expect(field("Project of the base task").value).toBe("Vision");
  expect(field("Name of the base task").value).toBe("train");
  await answerAll("latest", { task: TASK, completed: Date.now() - 2 * 3_600_000, asked: true });
  expect(asked("latest")?.payload).toEqual({ project: "Vision", name: "train", tags: "prod", status: "completed" });
  await expect.poll(now).toContain("Now: train Vision · completed 2 h ago. Looked for again at each launch.");
  expect(shown.el.querySelector("[role=status] a")?.getAttribute("href")).toContain(TASK.id);
});

it("says that nothing fits now", async () => {
  await open();
  await answerAll("latest", { task: null, completed: null, asked: true });
  await expect.poll(now).toContain("Nothing fits now");
});

it("offers no reset of the latest task, and keeps what was typed where the choice goes back and forth", async () => {
  await open();
  expect(labels()).not.toContain("Run the task itself, not a clone");
  await act(() => field("A certain task").click());
  expect(labels()).not.toContain("Project of the base task");
  expect(field("Base task").value).toBe("");
  expect(labels()).toContain("Run the task itself, not a clone");
  await act(() => field("The latest of several").click());
  expect(field("Name of the base task").value).toBe("train");
});

it("puts what Python refuses beside the field", async () => {
  await open();
  await act(() =>
    [...shown.el.querySelectorAll("button")].find((each) => each.textContent?.trim() === "Launch")?.click(),
  );
  const { id } = asked("launch") as Sent;
  const problems = [{ path: "schedules[0].action.latest.project", message: "there is no such project" }];
  await act(async () => shown.host.answer({ id, ok: false, error: { message: "no", problems } }));
  const project = field("Project of the base task");
  await expect.poll(() => project.getAttribute("aria-invalid")).toBe("true");
  const notes = document.getElementById(project.getAttribute("aria-describedby") ?? "");
  expect(notes?.querySelector("[role=alert]")?.textContent).toBe("There is no such project.");
});
