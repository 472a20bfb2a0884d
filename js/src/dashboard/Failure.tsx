// A banner that says that an instance failed, is silent or was stopped by the server, and what to do about it.
import type { InstanceHead } from "../messages/dashboard";
import { formatDuration, formatUtc } from "../state/format";
import { KernelSentence } from "../ui/KernelSentence";

interface FailureProps {
  view: InstanceHead;
  /** When it last gave a sign of life. */
  heard: number | null;
  now: number;
  /** Whether the rarely used buttons are under “More”. */
  inMenu: boolean;
}

export function Failure({ view, heard, now, inMenu }: FailureProps) {
  const silent = view.status === "silent";
  if (!silent && view.status !== "failed" && view.failure.length === 0) return null;
  return (
    <div class={silent ? "csw-banner csw-banner-warning" : "csw-banner"} role="alert">
      <div>
        <strong>{silent ? <Silence heard={heard} now={now} /> : TITLES[view.status]}</strong>
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

const TITLES: Record<string, string> = {
  failed: "It ended by an error",
  stopped: "The server stopped it: nothing had been heard of it for too long",
};

/** The seconds are a timer, so that a screen reader does not read the banner again each second. */
function Silence({ heard, now }: Pick<FailureProps, "heard" | "now">) {
  if (heard === null) return <>No sign of life</>;
  return (
    <span title={formatUtc(heard)}>
      No sign of life for <span role="timer">{formatDuration(now - heard)}</span>
    </span>
  );
}

const maySleep = (where: string): string =>
  `Its ${where === "service" ? "agent" : "kernel"} may have ended, or its computer may be asleep; it goes on by itself if that comes back. `;

function advice({ where, failure, status }: InstanceHead, inMenu: boolean): string {
  const cause = {
    failed: failure.length === 0 ? "Its log below may tell more. " : "",
    stopped: maySleep(where),
    silent: maySleep(where),
  };
  const resume =
    where === "service"
      ? "“Resume” puts it on its queue again, for an agent to go on with it."
      : `“Resume” goes on with it in this kernel; “Resume as a service”${inMenu ? ", under More," : ""} lets an agent do so.`;
  return `${cause[status as keyof typeof cause] ?? ""}${resume} What was launched is not launched again.`;
}
