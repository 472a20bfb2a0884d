// What the parts of the form share: the draft, how to change it, and the messages of each field.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Problem } from "../messages/shared";
import type { Queue } from "../messages/wizard";
import type { ViewModel } from "../model";
import type { Draft } from "../state/draft";
import { messagesAt, problemsOutside, within } from "../state/problems";
import type { TaskCache } from "../state/taskCache";
import type { WizardStore } from "../state/wizardStore";

export class Form {
  /** The fields that this rendering shows. */
  readonly #shown = new Set<string>();

  constructor(
    readonly store: WizardStore,
    readonly model: Pick<ViewModel, "request">,
    readonly queues: readonly Queue[] | null,
    readonly tasks: TaskCache,
    /** The web server's address, for links. */
    readonly web: string | undefined,
    /** A file that was dropped on the form. */
    readonly droppedFile: File | null,
    readonly clearFile: () => void,
    /** The connection to the kernel is lost; nothing that is sent arrives. */
    readonly kernelGone: boolean,
    /** Identifies this form among all forms of the page. */
    readonly id: string,
  ) {}

  get draft(): Draft {
    return this.store.state.draft;
  }

  /** The messages of a field. Problems are only included if the user has visited the field or tried to launch. */
  notes(field: string): { problems: string[]; warnings: string[] } {
    this.#shown.add(field);
    const { showAll, touched, check } = this.store.state;
    const visible = showAll || touched.has(field);
    return {
      problems: visible ? messagesAt(this.store.problems, field) : [],
      warnings: messagesAt(check?.warnings ?? [], field),
    };
  }

  /** The messages about a field, except those about its `parts`, which show their own. */
  notesOutside(field: string, parts: readonly string[]): { problems: string[]; warnings: string[] } {
    const { showAll, touched, check } = this.store.state;
    const rest = (all: readonly Problem[]) => all.filter(({ path }) => !parts.some((part) => within(path, part)));
    this.#shown.add(field);
    const problems = showAll || touched.has(field) ? messagesAt(rest(this.store.problems), field) : [];
    return { problems, warnings: messagesAt(rest(check?.warnings ?? []), field) };
  }

  /** Problems that no field shows, such as those of folded items. */
  otherProblems(): Problem[] {
    return this.store.state.showAll ? problemsOutside(this.store.problems, this.#shown) : [];
  }

  /** The number of problems inside an item, after an attempt to launch; else 0. */
  problemCount(path: string): number {
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
