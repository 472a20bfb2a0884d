// Reads and shows the problems for which Python refused a request.
import type { Problem } from "../messages/shared";
import { RequestError } from "../model";
import { sentence } from "../state/problems";

export function problemsOf(reason: unknown): Problem[] {
  const details = reason instanceof RequestError ? reason.details : null;
  if (typeof details !== "object" || details === null || !("problems" in details)) return [];
  return Array.isArray(details.problems) ? (details.problems as Problem[]) : [];
}

export const errorMessage = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason));

interface ListProps {
  title: string;
  problems: readonly Problem[];
  error?: string;
}

/** Lists problems with their paths; renders nothing if there are none. */
export function ProblemList({ title, problems, error = "" }: ListProps) {
  if (problems.length === 0 && error === "") return null;
  return (
    <div class="csw-refused" role="alert">
      <strong>{error || title}</strong>
      {problems.length > 0 ? (
        <ul>
          {problems.map(({ path, message }) => (
            <li key={path + message}>
              {path ? <code>{path}</code> : null} {sentence(message)}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
