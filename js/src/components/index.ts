// Maps the `_kind` trait of a widget class to the component that renders it.
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
