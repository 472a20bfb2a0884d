// The status below a form's buttons: what a submitted form waits for, or the problems that prevent it.
import type { ComponentChildren } from "preact";
import type { Draft } from "../state/draft";
import { fieldLabel } from "../state/missingFields";
import { sentence, within } from "../state/problems";
import type { WaitingFor } from "../state/slowRequest";
import { renderCode } from "../ui/Connection";
import { ProgressBar } from "../ui/ProgressBar";
import { useForm } from "./form";
import { itemTitles } from "./titles";

interface StatusProps {
  waiting: WaitingFor;
  error: string;
  /** The text for what the server does meanwhile. */
  work: string;
}

const CELL_TEXT = "This kernel runs a cell. It takes this up when the cell has ended; nothing has to be pressed again.";

export function SubmitStatus({ waiting, error, work }: StatusProps) {
  return (
    <>
      <Problems error={error} />
      {waiting ? (
        <>
          <p class="csw-note" role="status">
            {waiting === "cell" ? CELL_TEXT : work}
          </p>
          {waiting === "cell" ? null : <ProgressBar label="The server works on it" />}
        </>
      ) : null}
    </>
  );
}

/** Problems that no field shows. */
function Problems({ error }: { error: string }) {
  const form = useForm();
  const otherProblems = form.otherProblems();
  const total = form.store.state.showAll ? form.store.problems.length : 0;
  if (error === "" && total === 0) return null;
  return (
    <div class="csw-banner" role="alert">
      <div>
        {error ? (
          <strong>{renderCode(sentence(error))}</strong>
        ) : (
          <strong>{total === 1 ? "One field needs" : `${total} fields need`} your attention.</strong>
        )}
        {otherProblems.length > 0 ? (
          <ul>
            {otherProblems.map(({ path, message }) => (
              <li key={path + message}>
                {problemPlace(form.draft, path)} {sentence(message)}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}

/** The item and field that a path leads to; the path itself if it leads to neither. */
function problemPlace(draft: Draft, path: string): ComponentChildren {
  const item = itemTitles(draft).find((each) => within(path, each.path));
  if (item === undefined) return <code>{path}</code>;
  return (
    <strong>
      <bdi>{item.title}</bdi>, {fieldLabel(path, item.path)}:
    </strong>
  );
}
