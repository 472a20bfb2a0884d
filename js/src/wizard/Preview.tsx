// What the form would do: a sentence for each item, and the next five runs of all.
import type { ItemReview, NextRun } from "../messages";
import { relative } from "../state/format";
import { useNow } from "../ui/parts";
import { useForm } from "./form";

interface Upcoming extends NextRun {
  item: string;
}

/** The first runs of all schedules together, soonest first. */
export function upcoming(items: Record<string, ItemReview>, names: ReadonlyMap<string, string>, count = 5): Upcoming[] {
  return Object.entries(items)
    .flatMap(([id, { next }]) => next.map((run) => ({ ...run, item: names.get(id) ?? id })))
    .sort((a, b) => a.at - b.at)
    .slice(0, count);
}

export function Preview() {
  const { store, draft } = useForm();
  const items = store.state.review?.items ?? {};
  const named = [
    ...draft.schedules.map((item, index) => [item.id, item.name || `Schedule ${index + 1}`] as const),
    ...draft.triggers.map((item, index) => [item.id, item.name || `Trigger ${index + 1}`] as const),
  ];
  const runs = upcoming(items, new Map(named));
  return (
    <aside class="csw-preview" aria-label="Preview">
      <div class="csw-preview-body">
        <div class="csw-stack">
          <h3>What will happen</h3>
          <dl class="csw-sentences">
            {named.map(([id, name]) => (
              <div key={id}>
                <dt>{name}</dt>
                <dd>{items[id]?.sentence ?? <span class="csw-muted">Not complete yet.</span>}</dd>
              </div>
            ))}
          </dl>
        </div>
        <div class="csw-stack">
          <h3>Next runs</h3>
          {runs.length > 0 ? (
            <NextRuns runs={runs} />
          ) : (
            <p class="csw-muted">
              {draft.schedules.length > 0
                ? "Fill in a schedule to see when it runs."
                : "Triggers run when their event happens."}
            </p>
          )}
        </div>
      </div>
    </aside>
  );
}

function NextRuns({ runs }: { runs: Upcoming[] }) {
  const now = useNow();
  const seconds = runs.some((run) => !run.local.endsWith(":00"));
  return (
    <table class="csw-table csw-next">
      <caption class="csw-hidden">Next runs</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col" class="csw-number">
            In
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={`${run.item} ${run.at}`}>
            <td>
              {seconds ? run.local : run.local.slice(0, -3)}
              <span class="csw-sub">
                {run.item} · {run.zone}
              </span>
            </td>
            <td class="csw-number csw-muted csw-nowrap">{relative(run.at, now).replace(/^in /, "")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
