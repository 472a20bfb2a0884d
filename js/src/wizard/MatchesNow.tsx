// What a trigger matches on the server right now, asked for by a button.
import { useState } from "preact/hooks";
import type { Matches, MatchingObject } from "../messages/wizard";
import type { TriggerDraft } from "../state/draft";
import { relative, words } from "../state/format";
import { matchWords } from "../state/matches";
import { Group } from "../ui/Group";
import { Button, useNow } from "../ui/parts";
import { useForm } from "./form";

interface Props {
  trigger: TriggerDraft;
  index: number;
}

type Asked =
  | { for: string; state: "busy" }
  | { for: string; state: "done"; found: Matches }
  | { for: string; state: "failed"; why: string };

/** What the answer depends on: with another selection it is out of date. */
const question = ({ entity, when, select, include_own }: TriggerDraft) =>
  JSON.stringify({ entity, when, select, include_own });

export function MatchesNow({ trigger, index }: Props) {
  const { store } = useForm();
  const { asked, ask } = useMatches(trigger);
  const title = trigger.name || `Trigger ${index + 1}`;
  const readable = store.state.review?.items[trigger.id] !== undefined;
  const current = asked !== null && asked.for === question(trigger);
  return (
    <Group class="csw-preview-part" label={`Matches of ${title}`}>
      <h3>Matches now: {title}</h3>
      <div class="csw-row">
        <Button busy={asked?.state === "busy"} disabled={!readable} onClick={() => void ask()}>
          {asked?.state === "busy" ? "Looking …" : current ? "Look again" : `Show matching ${trigger.entity}s`}
        </Button>
      </div>
      {current && asked.state === "done" ? <Found matches={asked.found} trigger={trigger} /> : null}
      {current && asked.state === "failed" ? (
        <p class="csw-note csw-note-error" role="alert">
          {asked.why}
        </p>
      ) : null}
    </Group>
  );
}

function useMatches(trigger: TriggerDraft) {
  const { store, model } = useForm();
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = async () => {
    const key = question(trigger);
    setAsked({ for: key, state: "busy" });
    try {
      const found = await model.request<Matches>("matches", { data: store.data, item: trigger.id });
      setAsked({ for: key, state: "done", found });
    } catch (error) {
      setAsked({ for: key, state: "failed", why: error instanceof Error ? error.message : String(error) });
    }
  };
  return { asked, ask };
}

function Found({ matches, trigger }: { matches: Matches; trigger: TriggerDraft }) {
  const now = useNow(30_000);
  const { count, objects } = matches;
  return (
    <div class="csw-matches" role="status">
      <p>{matchWords(matches, trigger)}</p>
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
      <span class="csw-chip csw-quiet">{words(object.status)}</span>
      <span class="csw-sub">
        {[object.project, ...object.tags.map((tag) => `#${tag}`), object.changed ? relative(object.changed, now) : ""]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </>
  );
}
