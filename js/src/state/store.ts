// The wizard's state: the draft, what Python says about it, and which fields the user has been to.
import type { Problem } from "../messages/shared";
import type { Check, Review } from "../messages/wizard";
import type { Draft, ItemKind } from "./draft";
import { fromData } from "./fromData";
import { type Data, toData } from "./toData";

export interface Asks {
  request<Result>(action: string, payload: unknown): Promise<Result>;
}

/** What can be taken back: its words, and the draft as it was before. */
export interface Undo {
  text: string;
  restore: (now: Draft) => Draft;
  /** The whole form is put back, not an item. */
  whole?: true;
  /** The item that is back then, and the place of it. */
  item?: { id: string; kind: ItemKind; index: number };
}

export interface WizardState {
  draft: Draft;
  revision: number;
  review: Review | null;
  check: Check | null;
  /** Fields that were left, or changed: their problems are shown. */
  touched: ReadonlySet<string>;
  /** After an attempt to launch every problem is shown. */
  showAll: boolean;
  /** Whether the user changed anything since the form was filled. */
  edited: boolean;
  undo: Undo | null;
  /** It was sent to be saved or launched: nothing may be changed until that is answered. */
  sent: boolean;
}

const VALIDATE_AFTER_MS = 150;
const CHECK_AFTER_MS = 600;
const LEFT_AFTER_MS = 250;

/** Pure but for its timers. An answer to an older revision than the present one is dropped. */
export class WizardStore {
  #state: WizardState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #leaving = new Set<ReturnType<typeof setTimeout>>();
  #listeners = new Set<() => void>();
  #renewing = false;

  constructor(
    private readonly kernel: Asks,
    data: Data,
    edited = false,
  ) {
    this.#state = { ...fresh(fromData(data), Object.keys(data).length > 0), edited };
    this.#schedule();
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

  /** The user changed something; `field` is the path of the field, if it is one. */
  edit(change: (draft: Draft) => Draft, field?: string, undo?: Undo): void {
    const revision = Math.max(Date.now(), this.#state.revision + 1);
    this.#set({ draft: change(this.#state.draft), revision, edited: true, ...(undo && { undo }) });
    if (field !== undefined) this.leave(field); // what is known to be wrong is of the draft before
    this.#schedule();
  }

  /** Something that is no edit of the user's, such as a default that the server knows; nothing if there was one. */
  fill(change: (draft: Draft) => Draft): void {
    if (this.#state.edited) return;
    this.#set({ draft: change(this.#state.draft), revision: Math.max(Date.now(), this.#state.revision + 1) });
    this.#schedule();
  }

  /** Another definition takes the form's place; `text` says so, and lets the user take it back. */
  replace(data: Data, text?: string): void {
    const before = this.#state.draft;
    const filled = Object.keys(data).length > 0;
    const revision = Math.max(Date.now(), this.#state.revision + 1);
    const undo = text === undefined ? null : { text, restore: () => before, whole: true as const };
    // What was read from a file is saved nowhere else yet.
    this.#set({ ...fresh(fromData(data), filled), revision, undo, edited: filled });
    this.#schedule();
  }

  /** What another form held takes this one's place. */
  bringBack(data: Data): void {
    this.replace(data, "What you had begun is back");
  }

  /** Whether the form waits for the answer to what it sent. */
  set sent(sent: boolean) {
    this.#set({ sent });
  }

  /** Takes back what `undo` tells of. */
  undo(): void {
    const { undo } = this.#state;
    if (undo === null) return;
    const before = this.#state.draft;
    this.edit(undo.restore);
    // What replaced the whole form may have been edited since: that must not be lost either.
    this.#set({ undo: undo.whole ? { text: `Undone: ${undo.text}`, restore: () => before, whole: true } : null });
  }

  /** What could be taken back stays as it is. */
  dismiss(): void {
    this.#set({ undo: null });
  }

  /** Problems of this field are shown from now on. */
  touch(field: string): void {
    if (this.#state.touched.has(field)) return;
    this.#set({ touched: new Set([...this.#state.touched, field]) });
  }

  /**
   * The user left this field. Its problems wait for a moment: shown at once, they would move the button that the user
   * is pressing from under the pointer.
   */
  leave(field: string): void {
    const timer = setTimeout(() => {
      this.#leaving.delete(timer);
      this.touch(field);
    }, LEFT_AFTER_MS);
    this.#leaving.add(timer);
  }

  /** What Python refused at a launch, beside its fields. */
  refuse(problems: Problem[]): void {
    const { revision } = this.#state;
    this.#set({ showAll: true, check: { revision, problems, warnings: this.#state.check?.warnings ?? [] } });
  }

  /** Ask the server again, such as after the connection was made. */
  recheck(): void {
    this.#scheduleCheck(0);
  }

  /** Time has passed: what runs next is asked again. The draft is the same, so the server need not look at it. */
  async renew(): Promise<void> {
    if (this.#renewing || this.#state.review === null) return; // a kernel that runs a cell answers late
    this.#renewing = true;
    const { revision } = this.#state;
    const review = await this.#ask<Review>("validate");
    this.#renewing = false;
    if (review !== null && revision === this.#state.revision) this.#set({ review });
  }

  /** What it holds was saved, launched or given up: the kernel hears no more of it. */
  end(): void {
    this.#ended = true;
    this.close();
  }

  /** The kernel hears of the last keystrokes now: the page may be gone in a moment. */
  flush(): void {
    if (this.#timer !== undefined && this.#state.edited && !this.#ended) void this.#ask<Review>("validate");
  }

  /** The form is left: the kernel hears of the last keystrokes, too, unless it has ended. */
  close(): void {
    this.flush();
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#checkTimer);
    for (const timer of this.#leaving) clearTimeout(timer);
    this.#listeners.clear();
  }

  /** What Python found wrong, each problem once: a launch may repeat what the validation said. */
  get problems(): Problem[] {
    const all = [...(this.#state.review?.problems ?? []), ...(this.#state.check?.problems ?? [])];
    return [...new Map(all.map((problem) => [`${problem.path} ${problem.message}`, problem])).values()];
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#checkTimer);
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#validate();
    }, VALIDATE_AFTER_MS);
  }

  async #validate(): Promise<void> {
    const { revision } = this.#state;
    const review = await this.#ask<Review>("validate");
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
    const check = await this.#ask<Check>("check");
    if (check !== null && revision === this.#state.revision) this.#set({ check });
  }

  async #ask<Result>(action: string): Promise<Result | null> {
    try {
      return await this.kernel.request<Result>(action, { revision: this.#state.revision, data: this.data });
    } catch {
      return null; // no server: the banner says so; or the view was closed
    }
  }

  #set(change: Partial<WizardState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A prefilled form shows its problems at once; a blank one as the user goes. */
function fresh(draft: Draft, prefilled: boolean): WizardState {
  const nothing = { review: null, check: null, touched: new Set<string>(), edited: false, undo: null, sent: false };
  return { draft, revision: Date.now(), showAll: prefilled, ...nothing };
}
