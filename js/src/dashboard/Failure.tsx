// Why an instance failed or was lost, as text, and what to do about it.
import type { InstanceHead } from "../messages/dashboard";
import { Said } from "../ui/Said";

interface FailureProps {
  view: InstanceHead;
  now: number;
  /** Whether the seldom buttons are under More. */
  inMenu: boolean;
}

export function Failure({ view, now, inMenu }: FailureProps) {
  if (view.status !== "failed" && view.status !== "lost") return null;
  return (
    <div class="csw-banner csw-banner-error" role="alert">
      <div>
        <strong>{title(view)}</strong>
        {view.failure.map((said, index) => (
          <p key={index}>
            <Said parts={said} now={now} />
          </p>
        ))}
        <p>{advice(view, inMenu)}</p>
      </div>
    </div>
  );
}

function title({ status, where }: InstanceHead): string {
  if (status === "failed") return "It ended by an error";
  return `Nothing was heard of it for some minutes: its ${where === "service" ? "agent" : "kernel"} may be gone`;
}

function advice({ where, failure, status }: InstanceHead, inMenu: boolean): string {
  const cause = status === "failed" && failure.length === 0 ? "Its log below may tell more. " : "";
  const resume =
    where === "service"
      ? "“Resume” puts it on its queue again, for an agent to go on with it."
      : `“Resume” goes on with it in this kernel; “Resume as a service”${inMenu ? ", under More," : ""} lets an agent do so.`;
  return `${cause}${resume} What was launched is not launched again.`;
}
