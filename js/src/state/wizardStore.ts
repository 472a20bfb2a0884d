// The state of the form: the draft, what Python says about it, and the fields that the user has visited.
import type { Problem } from "../messages/shared";
import type { Check, Review } from "../messages/wizard";
import type { Draft, ItemKind } from "./draft";
import { fromData } from "./fromData";
import { type Data, toData } from "./toData";

export interface Requester {
  request<Result>(action: string, payload: unknown): Promise<Result>;
}

/** A change that can be undone: its description, and how to undo it. */
export interface Undo {
  text: string;
  restore: (now: Draft) => Draft;
  /** The undo restores the whole form, not one item. */
  wholeForm?: true;
  /** The item that the undo brings back, and its place. */
  item?: { id: string; kind: ItemKind; index: number };
}

export interface WizardState {
  draft: Draft;
  revision: number;
  review: Review | null;
  check: Check | null;
  /** Fields that the user left or changed; their problems are shown. */
  touched: ReadonlySet<string>;
  /** Set after an attempt to launch: every problem is shown. */
  showAll: boolean;
  /** Whether the user changed anything since the form was filled. */
  edited: boolean;
  undo: Undo | null;
  /** The form was sent to be saved or launched; nothing may be changed until the answer arrives. */
  submitting: boolean;
}

const VALIDATE_AFTER_MS = 150;
const CHECK_AFTER_MS = 600;
const TOUCH_AFTER_MS = 250;

/** No side effects except timers and requests. An answer to an older revision than the current one is dropped. */
export class WizardStore {
  #state: WizardState;
  #validationTimer: ReturnType<typeof setTimeout> | undefined;
  #finished = false;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #touchTimers = new Set<ReturnType<typeof setTimeout>>();
  #listeners = new Set<() => void>();
  #refreshing = false;

  constructor(
    private readonly kernel: Requester,
    data: Data,
    edited = false,
  ) {
    this.#state = { ...initialState(fromData(data), Object.keys(data).length > 0), edited };
    this.#scheduleValidation();
  }

  get state(): WizardState {
    return this.#state;
  }

  get data(): Data {
    return toData(this.#state.draft);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies a change by the user; `field` is the path of the changed field, if any. */
  edit(change: (draft: Draft) => Draft, field?: string, undo?: Undo): void {
    const revision = Math.max(Date.now(), this.#state.revision + 1);
    this.#set({ draft: change(this.#state.draft), revision, edited: true, ...(undo && { undo }) });
    if (field !== undefined) this.leaveField(field); // the known problems belong to the draft before this change
    this.#scheduleValidation();
  }

  /** Applies a default, such as one that the server knows, unless the user has edited the form. */
  fill(change: (draft: Draft) => Draft): void {
    if (this.#state.edited) return;
    this.#set({ draft: change(this.#state.draft), revision: Math.max(Date.now(), this.#state.revision + 1) });
    this.#scheduleValidation();
  }

  /** Replaces the content by another definition. With `text`, which describes the change, it can be undone. */
  replace(data: Data, text?: string): void {
    const before = this.#state.draft;
    const filled = Object.keys(data).length > 0;
    const revision = Math.max(Date.now(), this.#state.revision + 1);
    const undo = text === undefined ? null : { text, restore: () => before, wholeForm: true as const };
    // An imported definition is not saved anywhere yet.
    this.#set({ ...initialState(fromData(data), filled), revision, undo, edited: filled });
    this.#scheduleValidation();
  }

  /** Replaces the content by that of an unsaved form. */
  restoreForm(data: Data): void {
    this.replace(data, "What you had begun is back");
  }

  /** Whether the form waits for the answer to a save or launch. */
  set submitting(submitting: boolean) {
    this.#set({ submitting });
  }

  /** Undoes the change that `undo` describes. */
  undo(): void {
    const { undo } = this.#state;
    if (undo === null) return;
    const before = this.#state.draft;
    this.edit(undo.restore);
    // The replaced form may have been edited since, so the undo can be undone too.
    this.#set({
      undo: undo.wholeForm ? { text: `Undone: ${undo.text}`, restore: () => before, wholeForm: true } : null,
    });
  }

  /** Drops the possibility to undo. */
  dismiss(): void {
    this.#set({ undo: null });
  }

  /** Shows the problems of this field from now on. */
  touch(field: string): void {
    if (this.#state.touched.has(field)) return;
    this.#set({ touched: new Set([...this.#state.touched, field]) });
  }

  /**
   * Touches a field that lost the focus, after a moment: problems that appear at once would move the button that the
   * user is pressing.
   */
  leaveField(field: string): void {
    const timer = setTimeout(() => {
      this.#touchTimers.delete(timer);
      this.touch(field);
    }, TOUCH_AFTER_MS);
    this.#touchTimers.add(timer);
  }

  /** Shows the problems for which Python refused a launch. */
  showRefusal(problems: Problem[]): void {
    const { revision } = this.#state;
    this.#set({ showAll: true, check: { revision, problems, warnings: this.#state.check?.warnings ?? [] } });
  }

  /** Checks the draft with the server again, such as after connecting. */
  recheck(): void {
    this.#scheduleCheck(0);
  }

  /** Refreshes the next runs as time passes. The draft is unchanged, so the server does not check it. */
  async refresh(): Promise<void> {
    if (this.#refreshing || this.#state.review === null) return; // a busy kernel answers late
    this.#refreshing = true;
    const { revision } = this.#state;
    const review = await this.#request<Review>("validate");
    this.#refreshing = false;
    if (review !== null && revision === this.#state.revision) this.#set({ review });
  }

  /** Ends the store after its draft was saved, launched or discarded; nothing is sent to the kernel any more. */
  finish(): void {
    this.#finished = true;
    this.close();
  }

  /** Sends the last edits to the kernel at once, because the page may be closed. */
  flush(): void {
    if (this.#validationTimer !== undefined && this.#state.edited && !this.#finished)
      void this.#request<Review>("validate");
  }

  /** Sends the last edits to the kernel, unless the store has ended, and stops all timers. */
  close(): void {
    this.flush();
    this.#finished = true;
    clearTimeout(this.#validationTimer);
    clearTimeout(this.#checkTimer);
    for (const timer of this.#touchTimers) clearTimeout(timer);
    this.#listeners.clear();
  }

  /** The problems that Python found, each once: a launch may repeat those of the validation. */
  get problems(): Problem[] {
    const all = [...(this.#state.review?.problems ?? []), ...(this.#state.check?.problems ?? [])];
    return [...new Map(all.map((problem) => [`${problem.path} ${problem.message}`, problem])).values()];
  }

  #scheduleValidation(): void {
    clearTimeout(this.#validationTimer);
    clearTimeout(this.#checkTimer);
    if (this.#finished) return;
    this.#validationTimer = setTimeout(() => {
      this.#validationTimer = undefined;
      void this.#validate();
    }, VALIDATE_AFTER_MS);
  }

  async #validate(): Promise<void> {
    const { revision } = this.#state;
    const review = await this.#request<Review>("validate");
    if (review === null || revision !== this.#state.revision) return;
    this.#set({ review, check: null });
    this.#scheduleCheck(CHECK_AFTER_MS);
  }

  #scheduleCheck(after: number): void {
    clearTimeout(this.#checkTimer);
    if (this.#state.review === null || this.#state.review.problems.length > 0) return;
    this.#checkTimer = setTimeout(() => void this.#check(), after);
  }

  async #check(): Promise<void> {
    const { revision } = this.#state;
    const check = await this.#request<Check>("check");
    if (check !== null && revision === this.#state.revision) this.#set({ check });
  }

  async #request<Result>(action: string): Promise<Result | null> {
    try {
      return await this.kernel.request<Result>(action, { revision: this.#state.revision, data: this.data });
    } catch {
      return null; // there is no server, which the banner says, or the view was closed
    }
  }

  #set(change: Partial<WizardState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A prefilled form shows its problems at once; a blank one shows them field by field. */
function initialState(draft: Draft, prefilled: boolean): WizardState {
  const nothing = {
    review: null,
    check: null,
    touched: new Set<string>(),
    edited: false,
    undo: null,
    submitting: false,
  };
  return { draft, revision: Date.now(), showAll: prefilled, ...nothing };
}
