// Tests of sentences from the kernel and of directional marks in texts.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import type { Sentence as Parts } from "../src/messages/dashboard";
import { isolateDirection, removeStrayMarks } from "../src/state/bidi";
import { sentenceText, timeInSentence } from "../src/state/format";
import { setTimeFormat } from "../src/state/timeFormat";
import { KernelSentence } from "../src/ui/KernelSentence";

const NOW = Date.UTC(2026, 10, 22, 12);
const AT = NOW + 5 * 60_000;
const [RLO, PDF, RLI, FSI, PDI] = ["\u202e", "\u202c", "\u2067", "\u2068", "\u2069"];
const SAID: Parts = ["It is paused (", { name: `x${RLO}y` }, "). A retry follows ", { at: AT, word: "at" }, "."];

afterEach(() => setTimeFormat({ utc: false, relative: false }));

describe("a sentence from the kernel", () => {
  it("has its times as the user wants them", () => {
    const root = document.createElement("div");
    setTimeFormat({ utc: true });
    act(() => render(<KernelSentence parts={SAID} now={NOW} />, root));
    expect(root.textContent).toBe(`It is paused (x${RLO}y). A retry follows at 12:05:00.`);
    expect(root.querySelector("bdi")?.textContent).toBe(`x${RLO}y`);
    expect(root.querySelector("time")?.title).toBe("2026-11-22 12:05:00 UTC");
    act(() => setTimeFormat({ relative: true }));
    expect(root.textContent).toContain("A retry follows in 5 min.");
  });

  it("tells since when as for how long, from now", () => {
    const relative = { utc: true, relative: true };
    expect(timeInSentence(NOW - 600_000, "since", NOW, relative)).toBe("for 10 min");
    expect(timeInSentence(NOW - 600_000, "since", NOW, { utc: true, relative: false })).toBe("since 11:50:00");
    expect(timeInSentence(NOW - 42_000, "for", NOW, { utc: true, relative: false })).toBe("for 42 s");
    expect(timeInSentence(NOW - 600_000, "", NOW, relative)).toBe("10 min ago");
    expect(sentenceText(SAID, NOW, relative)).toBe(`It is paused (${FSI}xy${PDI}). A retry follows in 5 min.`);
  });
});

describe("a command in a sentence", () => {
  it("is set as code, and is plain text in a tooltip", () => {
    const root = document.createElement("div");
    const told: Parts = ["Start one: ", { code: "clearml-agent daemon --queue gpu" }];
    act(() => render(<KernelSentence parts={told} now={NOW} />, root));
    expect(root.querySelector("code")?.textContent).toBe("clearml-agent daemon --queue gpu");
    expect(sentenceText(told, NOW, { utc: true, relative: false })).toBe("Start one: clearml-agent daemon --queue gpu");
  });
});

describe("marks that turn the reading direction", () => {
  it.each([
    ["plain", "plain"],
    [`a${RLO}b`, "ab"],
    [`a${PDF}b${PDI}`, "ab"],
    [`a${RLO}b${PDF}c`, `a${RLO}b${PDF}c`],
    [`a${RLI}b${RLO}c${PDI}d`, `a${RLI}bc${PDI}d`],
    [`a${RLO}b${RLI}c${PDF}d${PDI}e${PDF}`, `a${RLO}b${RLI}cd${PDI}e${PDF}`],
  ])("are left out without their counterpart: %j", (text, left) => {
    expect(removeStrayMarks(text)).toBe(left);
  });

  it("are kept to their text", () => {
    expect(isolateDirection("größer")).toBe("größer");
    expect(isolateDirection("שלום")).toBe(`${FSI}שלום${PDI}`);
    expect(isolateDirection(`x${RLO}y`)).toBe(`${FSI}xy${PDI}`);
  });
});
