// Tests of the import dialog.
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import { renderWidgetForEach } from "./renderWidget";

const shown = renderWidgetForEach({ _kind: "wizard", connection: { state: "connected" }, draft: {} });

const button = (text: string, root: Element | null = shown.el) =>
  [...(root?.querySelectorAll("button") ?? [])].find((each) => each.textContent?.trim() === text);

async function send(): Promise<string> {
  await act(() => button("Import")?.click());
  const area = shown.el.querySelector<HTMLTextAreaElement>("dialog textarea") as HTMLTextAreaElement;
  await act(() => {
    area.value = "name: Nightly";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => button("Import", shown.el.querySelector("dialog"))?.click());
  return shown.host.sent.find(({ action }) => action === "import")?.id ?? "";
}

const answer = (id: string) =>
  act(async () => {
    shown.host.answer({ id, ok: true, result: { data: { name: "Nightly", schedules: [], triggers: [] } } });
    await new Promise((resolve) => setTimeout(resolve));
  });

const imported = () => shown.el.textContent?.includes("Imported “Nightly”");

it("takes the place of the form's content when the kernel has read it", async () => {
  await answer(await send());
  expect([imported(), shown.el.querySelector("dialog")]).toEqual([true, null]);
});

it("changes nothing any more once its window was closed", async () => {
  const id = await send();
  await act(() => shown.el.querySelector<HTMLElement>("dialog [aria-label=Close]")?.click());
  await answer(id);
  expect(imported()).toBe(false);
});

it("says so where the chosen file cannot be read", async () => {
  await act(() => button("Import")?.click());
  const file = new File([], "nightly.json");
  file.text = () => Promise.reject(new DOMException("it is gone", "NotFoundError"));
  const input = shown.el.querySelector<HTMLInputElement>("dialog input[type=file]") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [file] });
  await act(() => void input.dispatchEvent(new Event("change", { bubbles: true })));
  await expect
    .poll(() => shown.el.querySelector(".csw-refused")?.textContent ?? "")
    .toContain("nightly.json cannot be read as a file");
});
