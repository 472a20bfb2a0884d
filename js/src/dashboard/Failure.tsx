// A banner that says why an instance failed, was lost or was stopped by the server, and what to do about it.
import type { InstanceHead } from "../messages/dashboard";
import { KernelSentence } from "../ui/KernelSentence";

interface FailureProps {
  view: InstanceHead;
  now: number;
  /** Whether the rarely used buttons are under “More”. */
  inMenu: boolean;
}

export function Failure({ view, now, inMenu }: FailureProps) {
  const ended = view.status === "failed" || view.status === "lost";
  if (!ended && view.failure.length === 0) return null;
  return (
    <div class="csw-banner" role="alert">
      <div>
        <strong>{title(view)}</strong>
        {view.failure.map((said, index) => (
          <p key={index}>
            <KernelSentence parts={said} now={now} />
          </p>
        ))}
        <p>{advice(view, inMenu)}</p>
      </div>
    </div>
  );
}

function title({ status, where }: InstanceHead): string {
  if (status === "failed") return "It ended by an error";
  if (status === "stopped") return "The server stopped it: nothing had been heard of it for too long";
  return `Nothing was heard of it for some minutes: its ${runner(where)} may be gone`;
}

const runner = (where: string): string => (where === "service" ? "agent" : "kernel");

function advice({ where, failure, status }: InstanceHead, inMenu: boolean): string {
  const cause = {
    failed: failure.length === 0 ? "Its log below may tell more. " : "",
    stopped: `Its ${runner(where)} may be gone, or its computer asleep; it goes on by itself if that comes back. `,
  };
  const resume =
    where === "service"
      ? "“Resume” puts it on its queue again, for an agent to go on with it."
      : `“Resume” goes on with it in this kernel; “Resume as a service”${inMenu ? ", under More," : ""} lets an agent do so.`;
  return `${cause[status as keyof typeof cause] ?? ""}${resume} What was launched is not launched again.`;
}
