// Messages of the SchedulerApp and of widgets with a form beside their instances.
import type { DashboardTraits } from "./dashboard";
import type { WizardTraits } from "./wizard";

/** A definition as readable sentences. */
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
export interface EditedInstance {
  id: string;
  name: string;
  /** The version of the definition that the edits started from. */
  base: string;
  /** The item at which the form opens. */
  item?: string;
}

/** The traits of a widget that has a form beside its instances. */
export interface EditorTraits extends WizardTraits, DashboardTraits {
  /** Empty if the draft is for a new instance. */
  editing: EditedInstance | Record<string, never>;
}
