// Merges the instances trait with its later changes.
import { useMemo } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { InstanceBrief } from "../messages/instances";
import { useTrait, type ViewModel } from "../model";
import { applyChanges } from "../state/instances";

/** All instances of the workspace, in no particular order. */
export function useInstances(model: ViewModel<DashboardTraits>): InstanceBrief[] {
  const base = useTrait(model, "instances");
  const changes = useTrait(model, "instance_changes");
  return useMemo(() => applyChanges(base, changes), [base, changes]);
}
