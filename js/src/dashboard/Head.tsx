// An instance's name, status, counters and buttons.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { InstanceHead, Vitals } from "../messages/dashboard";
import { isolated } from "../state/bidi";
import { duration, utc, words } from "../state/format";
import { TextField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Chip, TaskLink } from "../ui/parts";
import { CommandButton } from "./CommandButton";
import { CommandDialog } from "./CommandDialog";
import { Counters } from "./Counters";
import { Failure } from "./Failure";
import { type Heard, Liveness, silent } from "./Liveness";
import { ALIVE, RESUMABLE } from "./status";
import type { Commands } from "./useCommands";

interface HeadProps {
  view: InstanceHead;
  vitals: Vitals;
  heard: Heard;
  web: string | undefined;
  now: number;
  commands: Commands;
  onShow: (status: string, since: number | null) => void;
  more?: ComponentChildren;
  /** Whether the seldom buttons are in a menu. */
  inMenu: boolean;
}

const PLACES: Record<string, string> = {
  kernel: "in this kernel",
  service: "as a service",
  elsewhere: "in another kernel",
};

export function Head({ view, vitals, heard, web, now, commands, onShow, more, inMenu }: HeadProps) {
  return (
    <div class="csw-instance-head">
      <div class="csw-instance-title">
        <h3>
          <TaskLink web={web} id={view.id}>
            {view.name}
          </TaskLink>
        </h3>
        {silent(heard, now) ? (
          <Chip status="lost">last known: {words(view.status)}</Chip>
        ) : (
          <Chip status={view.status} />
        )}
        <span class="csw-muted" title={utc(view.started)}>
          {facts(view, now)}
        </span>
      </div>
      <Buttons key={view.id} view={view} commands={commands} more={more} />
      {view.note && view.status === "paused" ? (
        <p class="csw-note">
          Paused: <bdi>{view.note}</bdi>
        </p>
      ) : null}
      <Counters view={view} vitals={vitals} now={now} onShow={onShow} />
      {commands.error ? <Alert title={commands.error} /> : null}
      <Liveness heard={heard} now={now} />
      {view.problem ? view.waiting ? <Waits title={view.problem} /> : <Alert title={view.problem} /> : null}
      <Failure view={view} now={now} inMenu={inMenu} />
    </div>
  );
}

export function facts(view: InstanceHead, now: number): string {
  const alive = ALIVE.includes(view.status);
  const place = alive ? (PLACES[view.where] ?? view.where) : "";
  const works = alive && view.status !== "lost"; // how long that one worked nobody knows
  const up = works && view.started !== null ? `up ${duration(now - view.started)}` : "";
  return [place, isolated(view.user), up].filter(Boolean).join(" · ");
}

function Alert({ title }: { title: string }) {
  return (
    <div class="csw-banner" role="alert">
      <div>{title}</div>
    </div>
  );
}

function Waits({ title }: { title: string }) {
  return (
    <div class="csw-banner csw-banner-warning" role="status">
      <div>{title}</div>
    </div>
  );
}

function Buttons({ view, commands, more }: Pick<HeadProps, "view" | "commands" | "more">) {
  const [asking, setAsking] = useState<"" | "pause" | "stop">("");
  const [note, setNote] = useState("");
  const common = { commands, onClose: () => setAsking("") };
  const { status } = view;
  const name = <bdi>{view.name}</bdi>;
  return (
    <div class="csw-row">
      {status === "running" ? (
        <Button onClick={() => setAsking("pause")}>
          <Icon name="pause" /> Pause
        </Button>
      ) : null}
      {RESUMABLE.includes(status) ? (
        <CommandButton commands={commands} kind="primary" action="resume">
          <Icon name="play" /> {status === "draft" ? "Launch" : "Resume"}
        </CommandButton>
      ) : null}
      {ALIVE.includes(status) ? (
        <Button onClick={() => setAsking("stop")}>
          <Icon name="stop" /> Stop
        </Button>
      ) : null}
      {status === "stopping" ? <span class="csw-muted">{words(status)} …</span> : null}
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
          <p>Nothing is launched until it is resumed; the times and events in between are left out.</p>
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
