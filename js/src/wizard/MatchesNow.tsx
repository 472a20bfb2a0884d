// A button that shows what a trigger matches on the server now.
import { useState } from "preact/hooks";
import type { Matches, MatchingObject } from "../messages/wizard";
import type { TriggerDraft } from "../state/draft";
import { relativeTime, spaced } from "../state/format";
import { matchSummary } from "../state/matches";
import { Group } from "../ui/Group";
import { Button, useNow } from "../ui/parts";
import { useForm } from "./form";

interface Props {
  trigger: TriggerDraft;
  index: number;
}

type MatchesRequest =
  | { for: string; state: "busy" }
  | { for: string; state: "done"; found: Matches }
  | { for: string; state: "failed"; why: string };

/** What the answer depends on; if it changes, the answer is outdated. */
const selectionKey = ({ entity, when, select, include_own }: TriggerDraft) =>
  JSON.stringify({ entity, when, select, include_own });

export function MatchesNow({ trigger, index }: Props) {
  const { store } = useForm();
  const { request, ask } = useMatches(trigger);
  const title = trigger.name || `Trigger ${index + 1}`;
  const readable = store.state.review?.items[trigger.id] !== undefined;
  const current = request !== null && request.for === selectionKey(trigger);
  return (
    <Group class="csw-preview-part" label={`Matches of ${title}`}>
      <h3>Matches now: {title}</h3>
      <div class="csw-row">
        <Button busy={request?.state === "busy"} disabled={!readable} onClick={() => void ask()}>
          {request?.state === "busy" ? "Looking …" : current ? "Look again" : `Show matching ${trigger.entity}s`}
        </Button>
      </div>
      {current && request.state === "done" ? <MatchList matches={request.found} trigger={trigger} /> : null}
      {current && request.state === "failed" ? (
        <p class="csw-note csw-note-error" role="alert">
          {request.why}
        </p>
      ) : null}
    </Group>
  );
}

function useMatches(trigger: TriggerDraft) {
  const { store, model } = useForm();
  const [request, setRequest] = useState<MatchesRequest | null>(null);
  const ask = async () => {
    const key = selectionKey(trigger);
    setRequest({ for: key, state: "busy" });
    try {
      const found = await model.request<Matches>("matches", { data: store.data, item: trigger.id });
      setRequest({ for: key, state: "done", found });
    } catch (error) {
      setRequest({ for: key, state: "failed", why: error instanceof Error ? error.message : String(error) });
    }
  };
  return { request, ask };
}

function MatchList({ matches, trigger }: { matches: Matches; trigger: TriggerDraft }) {
  const now = useNow(30_000);
  const { count, objects } = matches;
  return (
    <div class="csw-matches" role="status">
      <p>{matchSummary(matches, trigger)}</p>
      {objects.length > 0 ? (
        <ul>
          {objects.map((object) => (
            <li key={object.id}>
              <ObjectRow object={object} now={now} />
            </li>
          ))}
        </ul>
      ) : null}
      {count > objects.length ? <p class="csw-note">The {objects.length} that changed last are listed.</p> : null}
    </div>
  );
}

function ObjectRow({ object, now }: { object: MatchingObject; now: number }) {
  return (
    <>
      <span class="csw-match-name" title={object.id}>
        {object.name || object.id}
      </span>
      <span class="csw-chip csw-quiet">{spaced(object.status)}</span>
      <span class="csw-sub">
        {[
          object.project,
          ...object.tags.map((tag) => `#${tag}`),
          object.changed ? relativeTime(object.changed, now) : "",
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </>
  );
}
