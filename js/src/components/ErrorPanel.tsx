/** Says in plain text what went wrong; the title names what, the message what to do. */
export function ErrorPanel({ title, message }: { title: string; message: string }) {
  return (
    <div class="csw-error" role="alert">
      <strong>{title}</strong>
      <p>{message}</p>
    </div>
  );
}
