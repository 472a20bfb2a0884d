// An instance's name, status, counters and buttons.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { InstanceHead } from "../messages";
import { duration, utc, words } from "../state/format";
import { TextField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Chip, TaskLink } from "../ui/parts";
import type { Commands } from "./useCommands";

interface HeadProps {
  view: InstanceHead;
  web: string | undefined;
  now: number;
  commands: Commands;
  more?: ComponentChildren;
}

const PLACES: Record<string, string> = {
  kernel: "in this kernel",
  service: "as a service",
  elsewhere: "in another kernel",
};
export const ALIVE = ["running", "paused", "lost", "queued"];

export function Head({ view, web, now, commands, more }: HeadProps) {
  return (
    <div class="csw-instance-head">
      <div class="csw-instance-title">
        <h3>
          <TaskLink web={web} id={view.id}>
            {view.name}
          </TaskLink>
        </h3>
        <Chip status={view.status} />
        <span class="csw-muted" title={utc(view.started)}>
          {facts(view, now)}
        </span>
      </div>
      <Buttons key={view.id} view={view} commands={commands} more={more} />
      {view.note && view.status === "paused" ? <p class="csw-note">Paused: {view.note}</p> : null}
      <Counters view={view} />
      {commands.slow ? (
        <p class="csw-note" role="status">
          Waiting for the kernel or the server …
        </p>
      ) : null}
      {commands.error ? <Alert title={commands.error} /> : null}
      {view.problem ? <Alert title={view.problem} /> : null}
      {view.status === "lost" ? (
        <Alert title="Nothing was heard of it for some minutes: its kernel may be gone. Resume it to run it in this kernel." />
      ) : null}
    </div>
  );
}

function facts(view: InstanceHead, now: number): string {
  const alive = ALIVE.includes(view.status);
  const place = alive ? (PLACES[view.where] ?? view.where) : "";
  const up = alive && view.started !== null ? `up ${duration(now - view.started)}` : "";
  return [place, view.user, up].filter(Boolean).join(" · ");
}

function Alert({ title }: { title: string }) {
  return (
    <div class="csw-banner csw-banner-error" role="alert">
      <div>{title}</div>
    </div>
  );
}

function Counters({ view }: { view: InstanceHead }) {
  const counters = [
    ["runs", view.runs],
    ["active", view.active],
    ["failed", view.failed],
  ] as const;
  return (
    <ul class="csw-counters" aria-label="Counters">
      {counters.map(([name, count]) => (
        <li key={name} class={name === "failed" && count > 0 ? "csw-counter-bad" : ""}>
          <b>{count}</b> {name}
        </li>
      ))}
    </ul>
  );
}

type Asking = "" | "pause" | "stop";

function Buttons({ view, commands, more }: Pick<HeadProps, "view" | "commands" | "more">) {
  const [asking, setAsking] = useState<Asking>("");
  const [note, setNote] = useState("");
  const { busy, run } = commands;
  const send = async (action: "pause" | "resume" | "stop", payload: object = {}) => {
    if (await run(action, payload)) setAsking("");
  };
  if (asking === "pause") {
    return (
      <form
        class="csw-row csw-confirm"
        onSubmit={(event) => {
          event.preventDefault();
          void send("pause", { note });
        }}
      >
        <TextField label="Why? (optional)" value={note} onInput={setNote} />
        <Button kind="primary" busy={busy === "pause"} onClick={() => void send("pause", { note })}>
          Pause
        </Button>
        <Button kind="quiet" onClick={() => setAsking("")}>
          Cancel
        </Button>
      </form>
    );
  }
  if (asking === "stop") {
    return (
      <div class="csw-row csw-confirm" role="alertdialog" aria-label="Stop this instance?">
        <span>Stop it? Tasks that it launched go on.</span>
        <Button kind="danger" busy={busy === "stop"} onClick={() => void send("stop", { instance: view.id })}>
          Stop now
        </Button>
        <Button kind="quiet" onClick={() => setAsking("")}>
          Keep it
        </Button>
      </div>
    );
  }
  return <Actions view={view} busy={busy} onAsk={setAsking} onResume={() => void send("resume")} more={more} />;
}

interface ActionsProps {
  view: InstanceHead;
  busy: string;
  onAsk: (what: Asking) => void;
  onResume: () => void;
  more?: ComponentChildren;
}

function Actions({ view, busy, onAsk, onResume, more }: ActionsProps) {
  const { status } = view;
  return (
    <div class="csw-row">
      {status === "running" ? (
        <Button onClick={() => onAsk("pause")}>
          <Icon name="pause" /> Pause
        </Button>
      ) : null}
      {["paused", "stopped", "failed", "completed", "lost", "draft"].includes(status) ? (
        <Button kind="primary" busy={busy === "resume"} onClick={onResume}>
          <Icon name="play" /> {status === "draft" ? "Launch" : "Resume"}
        </Button>
      ) : null}
      {ALIVE.includes(status) ? (
        <Button onClick={() => onAsk("stop")}>
          <Icon name="stop" /> Stop
        </Button>
      ) : null}
      {status === "stopping" ? <span class="csw-muted">{words(status)} …</span> : null}
      {more}
    </div>
  );
}
