// A panel for an error that prevents a widget from being shown.
/** `title` says what went wrong; `message` says what to do about it. */
export function ErrorPanel({ title, message }: { title: string; message: string }) {
  return (
    <div class="csw-error" role="alert">
      <strong>{title}</strong>
      <p>{message}</p>
    </div>
  );
}
