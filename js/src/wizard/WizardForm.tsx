// The form for a new instance, or for changes of an existing one.
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { EditedInstance } from "../messages/app";
import type { Connection } from "../messages/shared";
import type { Queue, WizardTraits } from "../messages/wizard";
import { useTrait, type ViewModel } from "../model";
import { registerOpenForm } from "../state/openFormRegistry";
import { TaskCache } from "../state/taskCache";
import type { Data } from "../state/toData";
import { deleteUnsavedForm, saveUnsavedForm } from "../state/unsavedForms";
import { WizardStore } from "../state/wizardStore";
import { TextField } from "../ui/fields";
import { defaultQueue } from "./ActionFields";
import { Form, FormContext, useForm } from "./form";
import { Items } from "./Items";
import { LaunchBar } from "./LaunchBar";
import type { LaunchOutcome } from "./LaunchResult";
import { Preview } from "./Preview";
import { KernelGone, UnsavedForms } from "./UnsavedForms";
import { UpdateBar } from "./UpdateBar";
import { useFileDrop } from "./useFileDrop";

interface WizardProps {
  model: ViewModel<WizardTraits>;
  /** The initial content; if it is missing, the draft trait is used. */
  data?: Data;
  onDone: (outcome: LaunchOutcome) => void;
  onCancel: (store: WizardStore) => void;
  /** Whether cancelling closes the form. */
  closes?: boolean;
  /** The instance that the form changes; without it, the form launches a new one. */
  editing?: EditedInstance | null;
  onUpdated?: () => void;
  /** Turns the edits of an instance into a new instance. */
  onDetach?: () => void;
  /** Called with the version of the definition that restored edits started from. */
  onRebase?: (base: string) => void;
  /** Set to whether anything was edited. */
  touched?: { current: boolean };
}

// Events before the page is reloaded or closed. Messages sent in `pagehide` may be lost, and not every browser fires
// `beforeunload`.
const PAGE_LEAVE_EVENTS = ["beforeunload", "pagehide"] as const;

export function WizardForm(props: WizardProps) {
  const { model, data, onDone, onCancel, closes = false, editing, onUpdated, onDetach, onRebase, touched } = props;
  const store = useMemo(() => {
    const draft = model.get("draft");
    // A draft that the kernel still has was not saved or launched, so it counts as edited.
    return new WizardStore(model, data ?? draft, data !== undefined && data === draft);
  }, [model, data]);
  const tasks = useMemo(() => new TaskCache(model), [model]);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const connection = useTrait(model, "connection");
  const surroundings = useTrait(model, "surroundings");
  const queues = useQueues(model, connection);
  const drop = useFileDrop();
  useEffect(() => {
    const unsubscribers = [store.subscribe(() => render(undefined)), tasks.subscribe(() => render(undefined))];
    const flush = () => store.flush();
    for (const event of PAGE_LEAVE_EVENTS) addEventListener(event, flush);
    return () => {
      for (const event of PAGE_LEAVE_EVENTS) removeEventListener(event, flush);
      for (const end of unsubscribers) end();
      store.close();
    };
  }, [store, tasks]);
  const top = useRef<HTMLDivElement>(null);
  const requested = data !== undefined;
  const item = editing?.item;
  useEffect(() => {
    if (requested && !item) top.current?.querySelector("input")?.focus(); // the user has just opened this form
  }, [requested, item]);
  useEffect(() => {
    if (connection.state === "connected") store.recheck();
  }, [store, connection.state]);
  useDefaultQueue(store, queues);
  if (touched) touched.current = store.state.edited;
  const kernelGone = useKernelGone(model);
  const id = model.get("form");
  useSaveUnsaved(store, id, kernelGone, editing ?? null);
  const form = new Form(store, model, queues, tasks, connection.web, drop.file, drop.clear, kernelGone, id);
  const cancel = () => {
    deleteUnsavedForm(id);
    if (closes) store.finish();
    onCancel(store);
  };
  return (
    <FormContext.Provider value={form}>
      <div class={`csw-wizard ${drop.over ? "csw-drop-here" : ""}`} ref={top} {...drop.handlers}>
        <div class="csw-main" inert={store.state.submitting}>
          {kernelGone ? (
            <KernelGone editing={editing ?? null} />
          ) : (
            <UnsavedForms editing={editing ?? null} onRebase={onRebase} />
          )}
          <Basics />
          <Items initialItem={item} />
        </div>
        <Preview />
        {editing && onUpdated && onDetach ? (
          <UpdateBar instance={editing} onDone={onUpdated} onCancel={cancel} onDetach={onDetach} />
        ) : (
          <LaunchBar onDone={onDone} onCancel={cancel} closes={closes} surroundings={surroundings} />
        )}
      </div>
    </FormContext.Provider>
  );
}

/** Whether the connection to the kernel was lost while the form was shown. */
function useKernelGone(model: ViewModel<WizardTraits>): boolean {
  const [kernelGone, setGone] = useState(false);
  useEffect(() => model.onLost(() => setGone(true)), [model]);
  return kernelGone;
}

/** Saves the edits in the browser tab until they are saved, launched or discarded. */
function useSaveUnsaved(store: WizardStore, form: string, gone: boolean, editing: EditedInstance | null): void {
  const { draft, edited } = store.state;
  const { id: instance = "", name: changes = "", base = "" } = editing ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: another draft is another content
  useEffect(() => {
    if (edited) saveUnsavedForm({ form, data: store.data, instance, changes, base });
  }, [store, form, draft, edited, instance, changes, base]);
  useEffect(() => (gone ? undefined : registerOpenForm(form)), [form, gone]);
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
        onBlur={() => store.leaveField("name")}
        {...form.notes("name")}
      />
      <TextField
        label="Description"
        value={draft.description}
        placeholder="Optional"
        onInput={(description) => store.edit((old) => ({ ...old, description }))}
        onBlur={() => store.leaveField("description")}
        {...form.notes("description")}
      />
      {draft.triggers.length > 0 ? (
        <TextField
          label="Look for events every"
          value={draft.poll_every}
          hint="Such as 30s, 1m or 1h."
          onInput={(poll_every) => store.edit((old) => ({ ...old, poll_every }))}
          onBlur={() => store.leaveField("poll_every")}
          {...form.notes("poll_every")}
        />
      ) : null}
    </div>
  );
}

/** The server's queues, read again every 20 seconds; null before the first answer. */
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

/** Selects a queue of the server in a blank form. */
function useDefaultQueue(store: WizardStore, queues: readonly Queue[] | null): void {
  useEffect(() => {
    const usual = defaultQueue(queues);
    const { draft, showAll } = store.state;
    if (showAll || !draft.schedules.some(({ action }) => action.queue !== usual)) return;
    store.fill((old) => ({
      ...old,
      schedules: old.schedules.map((item) => ({ ...item, action: { ...item.action, queue: usual } })),
    }));
  }, [store, queues]);
}
