// The form for a new instance.
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { Edited } from "../messages/app";
import type { Connection } from "../messages/shared";
import type { Queue, WizardTraits } from "../messages/wizard";
import { useTrait, type ViewModel } from "../model";
import { holdForm } from "../state/held";
import { forgetForm, keepForm } from "../state/left";
import { WizardStore } from "../state/store";
import { TaskBook } from "../state/tasks";
import type { Data } from "../state/toData";
import { TextField } from "../ui/fields";
import { usualQueue } from "./ActionFields";
import type { Outcome } from "./Done";
import { Form, FormContext, useForm } from "./form";
import { Items } from "./Items";
import { LaunchBar } from "./LaunchBar";
import { KernelGone, LeftForms } from "./LeftForm";
import { Preview } from "./Preview";
import { UpdateBar } from "./UpdateBar";
import { useDrop } from "./useDrop";

interface WizardProps {
  model: ViewModel<WizardTraits>;
  /** Fills the form; the trait does otherwise. */
  data?: Data;
  onDone: (outcome: Outcome) => void;
  onCancel: (store: WizardStore) => void;
  /** Whether cancelling leaves the form. */
  leaves?: boolean;
  /** The form changes this instance, and launches none. */
  editing?: Edited | null;
  onUpdated?: () => void;
  /** What was to change an instance is to make a new one. */
  onApart?: () => void;
  /** Edits that were brought back began from another version of the instance's definition. */
  onRebase?: (base: string) => void;
  /** Keeps whether anything was edited. */
  touched?: { current: boolean };
}

// The page is loaded anew, or its tab is closed. What is sent only when it goes does not always arrive; not every browser
// tells of it before.
const LEAVING = ["beforeunload", "pagehide"] as const;

export function WizardForm(props: WizardProps) {
  const { model, data, onDone, onCancel, leaves = false, editing, onUpdated, onApart, onRebase, touched } = props;
  const store = useMemo(() => {
    const draft = model.get("draft");
    // What is still in the kernel is not saved or launched: it counts as edited.
    return new WizardStore(model, data ?? draft, data !== undefined && data === draft);
  }, [model, data]);
  const tasks = useMemo(() => new TaskBook(model), [model]);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const connection = useTrait(model, "connection");
  const surroundings = useTrait(model, "surroundings");
  const queues = useQueues(model, connection);
  const drop = useDrop();
  useEffect(() => {
    const ends = [store.subscribe(() => render(undefined)), tasks.subscribe(() => render(undefined))];
    const flush = () => store.flush();
    for (const leaving of LEAVING) addEventListener(leaving, flush);
    return () => {
      for (const leaving of LEAVING) removeEventListener(leaving, flush);
      for (const end of ends) end();
      store.close();
    };
  }, [store, tasks]);
  const top = useRef<HTMLDivElement>(null);
  const asked = data !== undefined;
  const item = editing?.item;
  useEffect(() => {
    if (asked && !item) top.current?.querySelector("input")?.focus(); // the user just asked for this form
  }, [asked, item]);
  useEffect(() => {
    if (connection.state === "connected") store.recheck();
  }, [store, connection.state]);
  useUsualQueue(store, queues);
  if (touched) touched.current = store.state.edited;
  const gone = useGone(model);
  const id = model.get("form");
  useKept(store, id, gone, editing ?? null);
  const form = new Form(store, model, queues, tasks, connection.web, drop.file, drop.clear, gone, id);
  const cancel = () => {
    forgetForm(id);
    if (leaves) store.end();
    onCancel(store);
  };
  return (
    <FormContext.Provider value={form}>
      <div class={`csw-wizard ${drop.over ? "csw-drop-here" : ""}`} ref={top} {...drop.handlers}>
        <div class="csw-main" inert={store.state.sent}>
          {gone ? (
            <KernelGone editing={editing ?? null} />
          ) : (
            <LeftForms editing={editing ?? null} onRebase={onRebase} />
          )}
          <Basics />
          <Items wanted={item} />
        </div>
        <Preview />
        {editing && onUpdated && onApart ? (
          <UpdateBar instance={editing} onDone={onUpdated} onCancel={cancel} onApart={onApart} />
        ) : (
          <LaunchBar onDone={onDone} onCancel={cancel} leaves={leaves} surroundings={surroundings} />
        )}
      </div>
    </FormContext.Provider>
  );
}

/** Whether the way to the kernel was cut while the form was shown. */
function useGone(model: ViewModel<WizardTraits>): boolean {
  const [gone, setGone] = useState(false);
  useEffect(() => model.onLost(() => setGone(true)), [model]);
  return gone;
}

/** Keeps in this tab what was typed, until it was saved, launched or given up. */
function useKept(store: WizardStore, form: string, gone: boolean, editing: Edited | null): void {
  const { draft, edited } = store.state;
  const { id: instance = "", name: changes = "", base = "" } = editing ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: another draft is another content
  useEffect(() => {
    if (edited) keepForm({ form, data: store.data, instance, changes, base });
  }, [store, form, draft, edited, instance, changes, base]);
  useEffect(() => (gone ? undefined : holdForm(form)), [form, gone]);
}

function Basics() {
  const form = useForm();
  const { draft, store } = form;
  return (
    <div class="csw-grid csw-basics">
      <TextField
        label="Name"
        value={draft.name}
        placeholder="Nightly training"
        onInput={(name) => store.edit((old) => ({ ...old, name }))}
        onBlur={() => store.leave("name")}
        {...form.notes("name")}
      />
      <TextField
        label="Description"
        value={draft.description}
        placeholder="Optional"
        onInput={(description) => store.edit((old) => ({ ...old, description }))}
        onBlur={() => store.leave("description")}
        {...form.notes("description")}
      />
      {draft.triggers.length > 0 ? (
        <TextField
          label="Look for events every"
          value={draft.poll_every}
          hint="Such as 30s, 1m or 1h."
          onInput={(poll_every) => store.edit((old) => ({ ...old, poll_every }))}
          onBlur={() => store.leave("poll_every")}
          {...form.notes("poll_every")}
        />
      ) : null}
    </div>
  );
}

/** The server's queues, read again now and then as agents come and go; null before the first answer. */
function useQueues(model: ViewModel<WizardTraits>, connection: Connection): Queue[] | null {
  const [queues, setQueues] = useState<Queue[] | null>(null);
  const connected = connection.state === "connected";
  useEffect(() => {
    if (!connected) return;
    const read = async () => {
      const answer = await model.request<{ queues: Queue[] }>("queues").catch(() => null);
      if (answer !== null) setQueues(answer.queues);
    };
    void read();
    const timer = setInterval(() => void read(), 20_000);
    return () => clearInterval(timer);
  }, [model, connected]);
  return queues;
}

/** A blank form begins with a queue that the server has. */
function useUsualQueue(store: WizardStore, queues: readonly Queue[] | null): void {
  useEffect(() => {
    const usual = usualQueue(queues);
    const { draft, showAll } = store.state;
    if (showAll || !draft.schedules.some(({ action }) => action.queue !== usual)) return;
    store.fill((old) => ({
      ...old,
      schedules: old.schedules.map((item) => ({ ...item, action: { ...item.action, queue: usual } })),
    }));
  }, [store, queues]);
}
