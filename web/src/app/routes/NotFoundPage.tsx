import { NotFound } from "../NotFound.tsx";

/** Every address the shop does not know. */
export default function NotFoundPage() {
  return <NotFound />;
}
