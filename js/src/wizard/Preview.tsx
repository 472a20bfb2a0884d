// The preview of the form: sentences, next runs, calendar, clashes, and what triggers match now.
import { useEffect } from "preact/hooks";
import { Group } from "../ui/Group";
import { Calendar } from "./Calendar";
import { Clashes } from "./Clashes";
import { useForm } from "./form";
import { MatchesNow } from "./MatchesNow";
import { NextRuns } from "./NextRuns";
import { PreviewItems } from "./PreviewItems";
import { useOutlook } from "./useOutlook";

const REFRESH_MS = 30_000;

export function Preview() {
  const { store, draft } = useForm();
  useEffect(() => {
    const timer = setInterval(() => void store.refresh(), REFRESH_MS); // the next runs change as time passes
    return () => clearInterval(timer);
  }, [store]);
  return (
    <Group class="csw-preview" label="Preview">
      <div class="csw-preview-body">
        <PreviewItems />
        {draft.schedules.length > 0 ? <Times /> : null}
        {draft.triggers.map((trigger, index) => (
          <MatchesNow key={trigger.id} trigger={trigger} index={index} />
        ))}
      </div>
    </Group>
  );
}

function Times() {
  const outlook = useOutlook();
  return (
    <>
      <NextRuns outlook={outlook} />
      <Calendar outlook={outlook} />
      <Clashes outlook={outlook} />
    </>
  );
}
