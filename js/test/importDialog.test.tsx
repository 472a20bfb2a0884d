import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import widget from "../src/index";
import { FakeHost } from "./fakeHost";

let host: FakeHost;
let el: HTMLElement;
let cleanUp: () => void;

beforeEach(async () => {
  host = new FakeHost({ _kind: "wizard", connection: { state: "connected" }, draft: {} });
  el = document.body.appendChild(document.createElement("div"));
  await act(() => {
    cleanUp = widget.render({ model: host, el });
  });
});

afterEach(async () => {
  await act(() => cleanUp());
  render(null, el);
  el.remove();
});

const button = (text: string, root: Element | null = el) =>
  [...(root?.querySelectorAll("button") ?? [])].find((each) => each.textContent?.trim() === text);

async function send(): Promise<string> {
  await act(() => button("Import")?.click());
  const area = el.querySelector<HTMLTextAreaElement>("dialog textarea") as HTMLTextAreaElement;
  await act(() => {
    area.value = "name: Nightly";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => button("Import", el.querySelector("dialog"))?.click());
  return host.sent.find(({ action }) => action === "import")?.id ?? "";
}

const answer = (id: string) =>
  act(async () => {
    host.answer({ id, ok: true, result: { data: { name: "Nightly", schedules: [], triggers: [] } } });
    await new Promise((resolve) => setTimeout(resolve));
  });

const imported = () => el.textContent?.includes("Imported “Nightly”");

it("takes the place of the form's content when the kernel has read it", async () => {
  await answer(await send());
  expect([imported(), el.querySelector("dialog")]).toEqual([true, null]);
});

it("changes nothing any more once its window was closed", async () => {
  const id = await send();
  await act(() => el.querySelector<HTMLElement>("dialog [aria-label=Close]")?.click());
  await answer(id);
  expect(imported()).toBe(false);
});

it("says so where the chosen file cannot be read", async () => {
  await act(() => button("Import")?.click());
  const file = new File([], "nightly.json");
  file.text = () => Promise.reject(new DOMException("it is gone", "NotFoundError"));
  const input = el.querySelector<HTMLInputElement>("dialog input[type=file]") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [file] });
  await act(() => void input.dispatchEvent(new Event("change", { bubbles: true })));
  await expect
    .poll(() => el.querySelector(".csw-refused")?.textContent ?? "")
    .toContain("nightly.json cannot be read as a file");
});
