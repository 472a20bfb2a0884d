// Tests of the timeline's range, ticks, bars, layout and keys.
import { describe, expect, it } from "vitest";
import {
  barsByItem,
  barsInRange,
  endOf,
  laneSummary,
  mergeBars,
  parseBar,
  stackBars,
  statusShares,
  statusText,
} from "../src/dashboard/timeline/bars";
import { barFacts, barText, timestampText } from "../src/dashboard/timeline/describe";
import { keyMove, neighbourKey } from "../src/dashboard/timeline/keys";
import { barSegments, layOutLanes } from "../src/dashboard/timeline/layout";
import {
  DAY,
  followingWindow,
  HOUR,
  lengthOf,
  MAX_LENGTH,
  MIN_LENGTH,
  MINUTE,
  rangeAt,
  shiftRange,
  ticks,
  xOf,
  zoomRange,
  zoomWindow,
} from "../src/dashboard/timeline/scale";
import { covers } from "../src/dashboard/timeline/useWindow";
import type { TimelineBar, TimelineData } from "../src/messages/timeline";

const NOW = Date.UTC(2026, 10, 22, 12);

describe("the window", () => {
  it("follows the present, which stays at four fifths of it", () => {
    const shown = rangeAt(followingWindow(HOUR), NOW, 1000);
    expect(lengthOf(shown)).toBe(HOUR);
    expect(xOf(NOW, shown, 100)).toBeCloseTo(80);
  });

  it("moves in steps only, so that not every second draws it anew", () => {
    const [one, other] = [
      rangeAt(followingWindow(HOUR), NOW + 1, 5000),
      rangeAt(followingWindow(HOUR), NOW + 4999, 5000),
    ];
    expect(one).toEqual(other);
  });

  it("keeps the moment under the pointer where it is", () => {
    const shown = { start: NOW - DAY, end: NOW };
    const around = NOW - 6 * HOUR;
    for (const factor of [0.5, 2, 0.1]) {
      const next = zoomRange(shown, factor, around);
      expect(xOf(around, next, 1)).toBeCloseTo(xOf(around, shown, 1), 3);
    }
  });

  it("has a shortest and a longest length", () => {
    const shown = { start: NOW - DAY, end: NOW };
    expect(lengthOf(zoomRange(shown, 1e-9, NOW))).toBe(MIN_LENGTH);
    expect(lengthOf(zoomRange(shown, 1e9, NOW))).toBe(MAX_LENGTH);
    expect(lengthOf(shiftRange(shown, -1e15))).toBe(DAY);
  });

  it("goes on following when it is zoomed at the present, and stays where it is when zoomed elsewhere", () => {
    const window = followingWindow(HOUR);
    const shown = rangeAt(window, NOW, 1000);
    expect(zoomWindow(window, shown, 2, NOW, NOW)).toEqual(followingWindow(2 * HOUR));
    expect(zoomWindow(window, shown, 2, NOW - MINUTE, NOW).follow).toBe(false);
  });
});

describe("ticks", () => {
  const texts = (start: number, end: number, utc = true) => ticks({ start, end }, 1000, utc).map(({ text }) => text);

  it("are at round times, at most so many that their texts have room", () => {
    expect(texts(NOW, NOW + HOUR)).toEqual(["12:00", "12:05", "12:10", "12:15", "12:20", "12:25", "12:30", "12:35", "12:40", "12:45", "12:50", "12:55", "13:00"]); // biome-ignore format: one row
    for (const length of [MINUTE, HOUR, DAY, 30 * DAY, 366 * DAY]) {
      const found = ticks({ start: NOW, end: NOW + length }, 1000, true);
      expect(found.length).toBeLessThan(15);
      expect(new Set(found.map((tick) => tick.at)).size).toBe(found.length);
    }
  });

  it("name the day at midnight", () => {
    expect(texts(NOW, NOW + DAY)).toContain("23 Nov");
    expect(texts(NOW, NOW + 7 * DAY).every((text) => text.endsWith("Nov") || text.includes(":"))).toBe(true);
  });
});

const data = (bars: TimelineBar[], more: Partial<TimelineData> = {}): TimelineData => ({
  id: 1,
  length: HOUR,
  follow: false,
  from: NOW - DAY,
  to: NOW + DAY,
  bucket: 1,
  lanes: [
    { item: "a", name: "Train", kind: "schedule" },
    { item: "b", name: "On end", kind: "trigger" },
  ],
  bars,
  marks: [],
  ...more,
});

const run = (id: string, start: number, end: number | null, status = "completed", item = "a"): TimelineBar => [
  item,
  NOW + start * MINUTE,
  NOW + start * MINUTE,
  end === null ? null : NOW + end * MINUTE,
  status,
  id,
];

describe("bars", () => {
  it("are those of the picture and what changed since, unless that belongs to another picture", () => {
    const live = { id: 1, bars: [run("r2", -1, null, "in_progress")] };
    expect(
      barsByItem(data([run("r1", -9, -5)]), live)
        .get("a")
        ?.map((one) => one.run),
    ).toEqual(["r1", "r2"]);
    expect(barsByItem(data([run("r1", -9, -5)]), { ...live, id: 2 }).get("a")).toHaveLength(1);
  });

  it("grow to the present while they go on", () => {
    const going = parseBar(run("r1", -9, null, "in_progress"));
    expect(endOf(going, NOW)).toBe(NOW);
    expect(endOf(going, NOW + MINUTE)).toBe(NOW + MINUTE);
    expect(barsInRange([going], { start: NOW - MINUTE, end: NOW + MINUTE }, NOW)).toHaveLength(1);
    expect(barsInRange([parseBar(run("r2", -9, -5))], { start: NOW - MINUTE, end: NOW }, NOW)).toHaveLength(0);
  });

  it("are stacked so that none lies on another and none is lost", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    for (let round = 0; round < 200; round++) {
      const bars = Array.from({ length: 30 }, (_, index) => {
        const start = -Math.floor(random() * 300);
        return parseBar(run(`r${index}`, start, random() < 0.2 ? null : start + Math.floor(random() * 90)));
      }).sort((a, b) => a.start - b.start);
      const rows = stackBars(bars, NOW, 0, 3);
      expect(rows.length).toBeLessThanOrEqual(3);
      expect(rows.flat().reduce((sum, one) => sum + one.count, 0)).toBe(30);
      for (const row of rows) {
        row.slice(1).forEach((one, index) => {
          expect(one.start).toBeGreaterThanOrEqual(endOf(row[index] as (typeof row)[number], NOW));
        });
      }
    }
  });

  it("that are joined keep their counts", () => {
    const both = mergeBars(parseBar(run("r1", -9, -5)), parseBar(["a", NOW, null, null, { failed: 2, completed: 1 }]));
    expect(both).toMatchObject({ count: 4, run: "", end: null, counts: { completed: 2, failed: 2 } });
    expect(statusText(both)).toBe("4 runs: 2 failed, 2 completed");
    const many = { ...both, count: 1234, counts: { completed: 1232, failed: 2 } };
    expect(statusText(many)).toBe("1,234 runs: 2 failed, 1,232 completed");
    expect(statusShares(both)).toEqual([
      { look: "failed", from: 0, to: 0.5 },
      { look: "done", from: 0.5, to: 1 },
    ]);
  });
});

describe("the layout", () => {
  const shown = { start: NOW - 100 * MINUTE, end: NOW };
  const lanes = (bars: TimelineBar[], more: Partial<TimelineData> = {}) => {
    const all = data(bars, more);
    return layOutLanes(all, barsByItem(all, {}), shown, 1000, NOW);
  };

  it("puts lanes below each other, as high as their runs need", () => {
    const [first, second] = lanes([run("r1", -90, -50), run("r2", -80, -40), run("r3", -30, -20, "failed", "b")]);
    expect(first?.bars.map(({ x, width }) => [x, width])).toEqual([[100, 400], [200, 400]]); // biome-ignore format: pairs
    expect(new Set(first?.bars.map(({ y }) => y)).size).toBe(2);
    expect(second?.top).toBe(first?.height);
    expect(second?.summary).toMatchObject({ runs: 1, counts: { failed: 1 } });
  });

  it("keeps short runs visible and apart", () => {
    const [lane] = lanes([run("r1", -90, -90), run("r2", -89.9, -89.9)]);
    expect(lane?.bars.every(({ width }) => width >= 5)).toBe(true);
    expect(new Set(lane?.bars.map(({ y }) => y)).size).toBe(2);
    const facts = barFacts(lane?.bars[0]?.bar as never, NOW, true);
    expect(facts).toContainEqual(["Took", "0 s"]); // as long as it took, however long it is drawn
  });

  it("draws the wait of a run lighter, up to when an agent began", () => {
    const start = NOW - 50 * MINUTE;
    const [lane] = lanes([["a", start, start + 10 * MINUTE, start + 40 * MINUTE, "completed", "r1"]]);
    expect(barSegments(lane?.bars[0] as never)).toEqual([
      { look: "wait", x: 500, width: 100 },
      { look: "done", x: 600, width: 300 },
    ]);
  });

  it("shows marks that are still to come only", () => {
    const marks: [string, number][] = [["a", NOW - MINUTE], ["a", NOW + MINUTE], ["a", NOW + DAY]]; // biome-ignore format: pairs
    const all = data([], { marks });
    const [lane] = layOutLanes(all, new Map(), { start: NOW - HOUR, end: NOW + HOUR }, 1000, NOW);
    expect(lane?.marks).toEqual([NOW + MINUTE]);
    expect(lane?.summary.next).toBe(NOW + MINUTE);
  });

  it("leads the arrow keys along a lane and to the nearest run of the next one", () => {
    const found = lanes([run("r1", -90, -80), run("r2", -50, -40), run("b1", -95, -93, "failed", "b"), run("b2", -55, -50, "failed", "b")]); // biome-ignore format: one row
    expect(neighbourKey(found, "r1", "ArrowRight")).toBe("r2");
    expect(neighbourKey(found, "r2", "ArrowRight")).toBe(null);
    expect(neighbourKey(found, "r2", "ArrowDown")).toBe("b2");
    expect(neighbourKey(found, "b1", "ArrowUp")).toBe("r1");
    expect(neighbourKey(found, "r1", "x")).toBe(null);
  });
});

describe("words and keys", () => {
  it("tell a run in one sentence", () => {
    const start = NOW - 50 * MINUTE;
    const one = parseBar(["a", start, start + MINUTE, start + 3 * MINUTE, "failed", "r1"]);
    expect(barText("Train", one, NOW, true)).toBe(
      "Train, failed, launched 2026-11-22 11:10:00, began 2026-11-22 11:11:00, ended 2026-11-22 11:13:00, waited 1 min, took 2 min",
    );
    const queued = parseBar(["a", start, null, null, "queued", "r2"]);
    expect(barFacts(queued, NOW, true)).toContainEqual(["Waits for", "50 min"]);
  });

  it("leave keys with Ctrl to the browser", () => {
    const key = (name: string, ctrlKey = false) => keyMove({ key: name, ctrlKey, altKey: false, metaKey: false });
    expect(key("+")).toEqual({ zoom: 0.5 });
    expect(key("ArrowLeft")).toEqual({ by: -0.2 });
    expect(key("+", true)).toBe(null);
    expect(key("a")).toBe(null);
  });

  it("count a lane, with its next run", () => {
    const bars = [parseBar(run("r1", -9, -5)), parseBar(["a", NOW, null, null, { failed: 2, completed: 1 }])];
    expect(laneSummary(bars, [NOW - 1, NOW + 1], NOW)).toEqual({ runs: 4, counts: { completed: 2, failed: 2 }, next: NOW + 1 }); // biome-ignore format: one row
    expect(timestampText(NOW, true)).toBe("2026-11-22 12:00:00");
  });
});

describe("what the picture covers", () => {
  const window = { start: NOW - HOUR, end: NOW, follow: false };

  it("is enough if it reaches both ends at the right scale", () => {
    const fine = { ...data([]), bucket: HOUR / 100 };
    expect(covers(fine, window, window, 1000)).toBe(true);
    expect(covers({ ...fine, from: NOW - HOUR / 2 }, window, window, 1000)).toBe(false);
    expect(covers({ ...fine, bucket: HOUR }, window, window, 1000)).toBe(false);
    expect(covers({ ...fine, bucket: 10 }, window, window, 1000)).toBe(false);
    expect(covers({ ...fine, follow: true }, window, window, 1000)).toBe(false);
    expect(covers({}, window, window, 1000)).toBe(false);
  });
});
