// Small components that several screens share.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { serverNow } from "../state/clock";
import { formatTime, formatUtc, relativeTime, spaced, taskUrl } from "../state/format";
import { useTimeFormat } from "../state/timeFormat";

const TONES: Record<string, string> = {
  running: "good",
  completed: "good",
  published: "good",
  connected: "good",
  in_progress: "busy",
  queued: "wait",
  paused: "wait",
  stopping: "wait",
  silent: "wait",
  failed: "bad",
  error: "bad",
};

/** A status as a coloured chip; its text says the same as the colour. */
export function Chip({ status, children }: { status: string; children?: ComponentChildren }) {
  return <span class={`csw-chip csw-${TONES[status] ?? "quiet"}`}>{children ?? spaced(status)}</span>;
}

/** A time in the chosen format; the tooltip has the other formats. */
export function Time({ at, now }: { at: number | null; now: number }) {
  const times = useTimeFormat();
  if (at === null) return <span class="csw-muted">–</span>;
  const otherForm = times.relative ? formatTime(at, now, times.utc) : relativeTime(at, now);
  return (
    <time dateTime={new Date(at).toISOString()} title={`${formatUtc(at)}, ${otherForm}`}>
      {times.relative ? relativeTime(at, now) : formatTime(at, now, times.utc)}
    </time>
  );
}

type Width = "wide" | "full" | undefined;
type Fact = readonly [name: string, value: ComponentChildren, width?: Width];

/** The width class for a text among facts. */
export function widthFor(text: string): Width {
  return text.length > 60 ? "full" : text.length > 24 ? "wide" : undefined;
}

/** Names and values side by side. A long value, such as an id, takes two columns; a very long one its own row. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="csw-facts">
      {facts.map(([name, value, width]) => (
        <div key={name} class={width && `csw-fact-${width}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A task's name, linked to its page if the server has web pages. */
export function TaskLink({ web, id, children }: { web: string | undefined; id: string; children: ComponentChildren }) {
  const url = taskUrl(web, id);
  if (url === null) return <span title={id}>{children}</span>;
  return (
    <a href={url} title={id} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** The server's present, updated while the component is mounted. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

type Kind = "primary" | "plain" | "danger" | "quiet";

interface ButtonProps {
  children: ComponentChildren;
  onClick: () => void;
  kind?: Kind;
  /** For a button that is only an icon. */
  label?: string;
  disabled?: boolean;
  busy?: boolean;
  expanded?: boolean;
  /** Why the button cannot be used now. It can still be pressed, so that the owner can say why. */
  blocked?: string;
  /** The id of the element that describes the button. */
  describedBy?: string | undefined;
}

/** A busy button keeps the focus, which a disabled one would lose, and ignores clicks. */
export function Button(props: ButtonProps) {
  const { children, onClick, kind = "plain", label, disabled, busy, expanded, blocked, describedBy } = props;
  return (
    <button
      type="button"
      class={`csw-button csw-button-${kind} ${label ? "csw-button-icon" : ""}`}
      aria-label={label}
      title={blocked || label}
      aria-busy={busy}
      aria-expanded={expanded}
      aria-disabled={blocked || busy ? true : undefined}
      aria-describedby={describedBy}
      disabled={disabled && !busy}
      onClick={busy ? undefined : onClick}
    >
      {children}
    </button>
  );
}

/** Content that is folded below its title. */
export function Fold({ title, note, children }: { title: string; note?: string; children: ComponentChildren }) {
  return (
    <details class="csw-fold">
      <summary>
        {title}
        {note ? <span class="csw-muted"> {note}</span> : null}
      </summary>
      <div class="csw-fold-body">{children}</div>
    </details>
  );
}

/** A message in place of missing content. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="csw-empty">
      <strong>{title}</strong>
      {children ? <p>{children}</p> : null}
    </div>
  );
}
