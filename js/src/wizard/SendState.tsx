// Below the buttons of a form: what it waits for once it was sent, or what stands in the way.
import type { ComponentChildren } from "preact";
import type { Waiting } from "../state/asking";
import type { Draft } from "../state/draft";
import { label } from "../state/needs";
import { sentence, within } from "../state/problems";
import { withCode } from "../ui/Connection";
import { ProgressBar } from "../ui/ProgressBar";
import { useForm } from "./form";
import { titled } from "./titles";

interface StateProps {
  waiting: Waiting;
  error: string;
  /** What the server does meanwhile. */
  work: string;
}

const CELL = "This kernel runs a cell. It takes this up when the cell has ended; nothing has to be pressed again.";

export function SendState({ waiting, error, work }: StateProps) {
  return (
    <>
      <Refusal error={error} />
      {waiting ? (
        <>
          <p class="csw-note" role="status">
            {waiting === "cell" ? CELL : work}
          </p>
          {waiting === "cell" ? null : <ProgressBar label="The server works on it" />}
        </>
      ) : null}
    </>
  );
}

/** What stands in the way, where no field says it. */
function Refusal({ error }: { error: string }) {
  const form = useForm();
  const elsewhere = form.unplaced();
  const total = form.store.state.showAll ? form.store.problems.length : 0;
  if (error === "" && total === 0) return null;
  return (
    <div class="csw-banner" role="alert">
      <div>
        {error ? (
          <strong>{withCode(sentence(error))}</strong>
        ) : (
          <strong>{total === 1 ? "One field needs" : `${total} fields need`} your attention.</strong>
        )}
        {elsewhere.length > 0 ? (
          <ul>
            {elsewhere.map(({ path, message }) => (
              <li key={path + message}>
                {placed(form.draft, path)} {sentence(message)}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}

/** Which item and field a path leads to; the path itself, if to none of the form. */
function placed(draft: Draft, path: string): ComponentChildren {
  const item = titled(draft).find((each) => within(path, each.path));
  if (item === undefined) return <code>{path}</code>;
  return (
    <strong>
      <bdi>{item.title}</bdi>, {label(path, item.path)}:
    </strong>
  );
}
