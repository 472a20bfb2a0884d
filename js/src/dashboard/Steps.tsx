// The steps of a pipeline's run, in the details of its row. Read when these open, and again while the run is under way.
import { useEffect, useState } from "preact/hooks";
import type { DashboardTraits, Step, StepsAnswer } from "../messages/dashboard";
import type { ExecutedRow } from "../messages/tables";
import type { ViewModel } from "../model";
import { formatDuration } from "../state/format";
import { Chip, TaskLink, Time } from "../ui/parts";
import { ACTIVE } from "./status";

const REFRESH_MS = 5000;

interface StepsProps {
  model: Pick<ViewModel<DashboardTraits>, "request">;
  row: Pick<ExecutedRow, "task" | "status">;
  web: string | undefined;
  now: number;
}

/** Renders nothing for a run without steps. */
export function Steps({ model, row, web, now }: StepsProps) {
  const { answer, error } = useSteps(model, row.task, row.status);
  if (error && answer === null) return <p class="csw-note csw-note-error">Its steps cannot be read now: {error}</p>;
  if (answer === null || answer.steps.length === 0) return null;
  const { steps, more } = answer;
  const completed = steps.filter(({ status }) => status === "completed").length;
  return (
    <section class="csw-steps" aria-label="Steps">
      <p class="csw-muted">
        Steps · {completed} of {steps.length}
        {more ? " or more" : ""} completed
      </p>
      <ol>
        {steps.map((step) => (
          <li key={step.id}>
            <TaskLink web={web} id={step.id}>
              <bdi>{step.name}</bdi>
            </TaskLink>
            <Chip status={step.status} />
            <span class="csw-muted csw-nowrap">
              {step.started === null ? null : (
                <>
                  <Time at={step.started} now={now} /> · {duration(step, now)}
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const duration = ({ started, finished }: Step, now: number) =>
  started === null ? "" : formatDuration(Math.max(0, (finished ?? now) - started));

/** The steps as last read; null before the first answer. */
function useSteps(model: StepsProps["model"], run: string, status: string) {
  const [answer, setAnswer] = useState<StepsAnswer | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    if (run === "") return; // the call of a Python function
    let timer: ReturnType<typeof setTimeout> | undefined;
    let open = true;
    const read = async () => {
      try {
        const next = await model.request<StepsAnswer>("steps", { run });
        if (open) setAnswer(next);
        if (open) setError("");
      } catch (reason) {
        if (open) setError(reason instanceof Error ? reason.message : String(reason));
      }
      if (open && ACTIVE.includes(status)) timer = setTimeout(() => void read(), REFRESH_MS);
    };
    void read();
    return () => {
      open = false;
      clearTimeout(timer);
    };
  }, [model, run, status]);
  return { answer, error };
}
