// What the parts of the form share: the draft, how to change it, and the messages for each field.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Problem } from "../messages/shared";
import type { Queue } from "../messages/wizard";
import type { ViewModel } from "../model";
import type { Draft } from "../state/draft";
import { messagesAt, unplaced, within } from "../state/problems";
import type { WizardStore } from "../state/store";
import type { TaskBook } from "../state/tasks";

export class Form {
  /** Fields that this rendering shows. */
  readonly #shown = new Set<string>();

  constructor(
    readonly store: WizardStore,
    readonly model: Pick<ViewModel, "request">,
    readonly queues: readonly Queue[] | null,
    readonly tasks: TaskBook,
    /** The web server's address, for links. */
    readonly web: string | undefined,
    /** A file that was dropped on the form. */
    readonly dropped: File | null,
    readonly takeDropped: () => void,
    /** The way to the kernel is cut: nothing that is sent arrives. */
    readonly gone: boolean,
    /** Tells this form from all others of the page. */
    readonly id: string,
  ) {}

  get draft(): Draft {
    return this.store.state.draft;
  }

  /** The messages to show at a field: only if the user has been there, or after an attempt to launch. */
  notes(field: string): { problems: string[]; warnings: string[] } {
    this.#shown.add(field);
    const { showAll, touched, check } = this.store.state;
    const visible = showAll || touched.has(field);
    return {
      problems: visible ? messagesAt(this.store.problems, field) : [],
      warnings: messagesAt(check?.warnings ?? [], field),
    };
  }

  /** What Python says of the inside of a field, but of none of these parts of it, which say it themselves. */
  notesBeside(field: string, parts: readonly string[]): { problems: string[]; warnings: string[] } {
    const { showAll, touched, check } = this.store.state;
    const rest = (all: readonly Problem[]) => all.filter(({ path }) => !parts.some((part) => within(path, part)));
    this.#shown.add(field);
    const problems = showAll || touched.has(field) ? messagesAt(rest(this.store.problems), field) : [];
    return { problems, warnings: messagesAt(rest(check?.warnings ?? []), field) };
  }

  /** Problems that no field shows: those of folded items, or of the whole. */
  unplaced(): Problem[] {
    return this.store.state.showAll ? unplaced(this.store.problems, this.#shown) : [];
  }

  /** How many problems there are inside an item, if they are to be shown. */
  count(path: string): number {
    return this.store.state.showAll ? messagesAt(this.store.problems, path).length : 0;
  }
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (form === null) throw new Error("a part of the form is used outside of it");
  return form;
}

export interface EditorProps<T> {
  value: T;
  /** The path of the value in the definition. */
  path: string;
  onChange: (value: T, field?: string) => void;
}
