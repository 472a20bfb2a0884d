// What the app has besides the list, the form and the dashboard.
import type { DashboardTraits } from "./dashboard";
import type { WizardTraits } from "./wizard";

/** A definition for people to read. */
export interface Configuration {
  name: string;
  description: string;
  facts: string[];
  items: ConfigurationItem[];
  /** The whole definition as JSON. */
  text: string;
}

export interface ConfigurationItem {
  id: string;
  kind: "schedule" | "trigger";
  name: string;
  task: string;
  task_name: string;
  when: string;
  facts: string[];
}

/** The instance that the draft changes. */
export interface Edited {
  id: string;
  name: string;
  /** The version of its definition that the edits began from. */
  base: string;
  /** The item that the user wants to change. */
  item?: string;
}

/** Of a widget that has a form beside its instances. */
export interface EditorTraits extends WizardTraits, DashboardTraits {
  /** Empty if the draft is a new instance's. */
  editing: Edited | Record<string, never>;
}
