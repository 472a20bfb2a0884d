// Which component a widget class shows: the `_kind` trait of the Python class is the key.
import type { ComponentType } from "preact";
import type { ViewModel } from "../model";

export type WidgetComponent = ComponentType<{ model: ViewModel }>;

export const components: ReadonlyMap<string, WidgetComponent> = new Map<string, WidgetComponent>();
