// Which component a widget class shows: the `_kind` trait of the Python class is the key.
import type { ComponentType } from "preact";
import { AppWidget } from "../app/AppWidget";
import { DashboardWidget } from "../dashboard/DashboardWidget";
import type { ViewModel } from "../model";
import { WizardWidget } from "../wizard/WizardWidget";

type WidgetComponent = ComponentType<{ model: ViewModel }>;

export const components: ReadonlyMap<string, WidgetComponent> = new Map<string, WidgetComponent>([
  ["wizard", WizardWidget],
  ["dashboard", DashboardWidget],
  ["app", AppWidget],
]);
