// The header of an instance: name, status, buttons, counters and banners.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { InstanceHead, Vitals } from "../messages/dashboard";
import { isolateDirection } from "../state/bidi";
import { formatDuration, formatUtc, spaced } from "../state/format";
import { TextField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Chip, TaskLink } from "../ui/parts";
import { CommandButton } from "./CommandButton";
import { CommandDialog } from "./CommandDialog";
import { Counters } from "./Counters";
import { Failure } from "./Failure";
import { isKernelSilent, type KernelContact, Liveness } from "./Liveness";
import { ALIVE, KEPT, RESUMABLE } from "./status";
import type { Commands } from "./useCommands";

interface HeaderProps {
  view: InstanceHead;
  vitals: Vitals;
  contact: KernelContact;
  web: string | undefined;
  /** The number of all runs. */
  runs: number;
  now: number;
  commands: Commands;
  onShow: (status: string, since: number | null) => void;
  more?: ComponentChildren;
  /** Whether the rarely used buttons are in a menu. */
  inMenu: boolean;
}

const PLACES: Record<string, string> = {
  kernel: "in this kernel",
  service: "as a service",
  elsewhere: "in another kernel",
};

export function InstanceHeader(props: HeaderProps) {
  const { view, vitals, contact, web, runs, now, commands, onShow, more, inMenu } = props;
  return (
    <div class="csw-instance-head">
      <div class="csw-instance-title">
        <h3>
          <TaskLink web={web} id={view.id}>
            {view.name}
          </TaskLink>
        </h3>
        {isKernelSilent(contact, Date.now()) ? (
          <Chip status="silent">last known: {spaced(view.status)}</Chip>
        ) : (
          <Chip status={view.status} />
        )}
        <span class="csw-muted" title={formatUtc(view.started)}>
          {headerFacts(view, now)}
        </span>
      </div>
      <LifecycleButtons key={view.id} view={view} commands={commands} more={more} />
      {view.note && view.status === "paused" ? (
        <p class="csw-note">
          Paused: <bdi>{view.note}</bdi>
        </p>
      ) : null}
      <Counters view={view} vitals={vitals} runs={runs} now={now} onShow={onShow} />
      {commands.error ? <Alert title={commands.error} /> : null}
      {commands.said && view.status === "silent" ? <Notice title={commands.said} /> : null}
      <Liveness contact={contact} />
      {view.problem ? view.waiting ? <Notice title={view.problem} /> : <Alert title={view.problem} /> : null}
      <Failure view={view} heard={vitals.heartbeat ?? null} now={now} inMenu={inMenu} />
      {view.other_version && view.where === "service" ? <OtherVersion view={view} commands={commands} /> : null}
      {vitals.clock_ahead ? <Notice title={clockSentence(vitals.clock_ahead)} /> : null}
    </div>
  );
}

export function headerFacts(view: InstanceHead, now: number): string {
  const alive = ALIVE.includes(view.status);
  const place = alive ? (PLACES[view.where] ?? view.where) : "";
  const works = alive && view.status !== "silent"; // it is unknown how long a silent instance worked
  const up = works && view.started !== null ? `up ${formatDuration(now - view.started)}` : "";
  return [place, isolateDirection(view.user), up].filter(Boolean).join(" · ");
}

/** Says that the clock of the kernel's machine is wrong, by a number of seconds; negative if it is behind. */
function clockSentence(ahead: number): string {
  const difference = `${formatDuration(Math.abs(ahead) * 1000)} ${ahead > 0 ? "ahead of" : "behind"}`;
  return `This machine's clock is ${difference} the server's; times here are the server's.`;
}

function Alert({ title }: { title: string }) {
  return (
    <div class="csw-banner" role="alert">
      <div>{title}</div>
    </div>
  );
}

function Notice({ title }: { title: string }) {
  return (
    <div class="csw-banner csw-banner-warning" role="status">
      <div>{title}</div>
    </div>
  );
}

/** A service that an earlier notebook launched, or a later one: its agent has that notebook's version. */
function OtherVersion({ view, commands }: Pick<HeaderProps, "view" | "commands">) {
  return (
    <div class="csw-banner csw-banner-warning" role="status">
      <div>
        Its agent runs <bdi>{view.other_version}</bdi> of the scheduler, another one than this notebook. What that does
        not understand is refused.
      </div>
      <CommandButton commands={commands} action="restart">
        Restart with this version
      </CommandButton>
    </div>
  );
}

function LifecycleButtons({ view, commands, more }: Pick<HeaderProps, "view" | "commands" | "more">) {
  const [asking, setAsking] = useState<"" | "pause" | "stop">("");
  const [note, setNote] = useState("");
  const common = { commands, onClose: () => setAsking("") };
  const { status } = view;
  const name = <bdi>{view.name}</bdi>;
  return (
    <div class="csw-row">
      {RESUMABLE.includes(status) ? (
        <CommandButton commands={commands} kind="primary" action="resume">
          <Icon name="play" /> {status === "draft" ? "Launch" : "Resume"}
        </CommandButton>
      ) : null}
      {status === "running" || status === "silent" ? (
        <Button onClick={() => setAsking("pause")}>
          <Icon name="pause" /> Pause
        </Button>
      ) : null}
      {ALIVE.includes(status) ? (
        <Button onClick={() => setAsking("stop")}>
          <Icon name="stop" /> Stop
        </Button>
      ) : null}
      {status === "stopping" ? <span class="csw-muted">{spaced(status)} …</span> : null}
      {more}
      {asking === "pause" ? (
        <CommandDialog
          {...common}
          title={<>Pause {name}?</>}
          action="Pause"
          kind="primary"
          command="pause"
          payload={{ note }}
        >
          {status === "silent" ? (
            <p>{KEPT}</p>
          ) : (
            <p>Nothing is launched until it is resumed; the times and events in between are left out.</p>
          )}
          <TextField label="Why? (optional)" value={note} onInput={setNote} />
        </CommandDialog>
      ) : null}
      {asking === "stop" ? (
        <CommandDialog
          {...common}
          title={<>Stop {name}?</>}
          action="Stop now"
          cancel="Keep it"
          command="stop"
          payload={{}}
        >
          <p>Tasks that it launched go on. It can be resumed later.</p>
        </CommandDialog>
      ) : null}
    </div>
  );
}
