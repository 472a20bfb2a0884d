// A progress bar: a share if it is known, else only that work goes on.

interface ProgressProps {
  label: string;
  done?: number;
  total?: number;
}

export function ProgressBar({ label, done, total }: ProgressProps) {
  const known = done !== undefined && total !== undefined && total > 0;
  const value = known && {
    "aria-valuenow": done,
    "aria-valuemin": 0,
    "aria-valuemax": total,
    "aria-valuetext": `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
  };
  return (
    <div class={`csw-progress ${known ? "" : "csw-progress-unknown"}`} role="progressbar" aria-label={label} {...value}>
      <div style={known ? { width: `${(100 * done) / total}%` } : {}} />
    </div>
  );
}
