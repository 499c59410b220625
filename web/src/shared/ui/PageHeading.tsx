import { useEffect, useRef, type ReactNode } from "react";
import { takeFocusRequest } from "../lib/navigation-focus.ts";

interface Props {
  /** The document's title; the shop's name is added. */
  title: string;
  children?: ReactNode;
  className?: string | undefined;
}

/** The page's only h1. Sets the document title and receives the focus after a navigation, so that it is read out. */
export function PageHeading({ title, children, className }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takeFocusRequest()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <title>{`${title} · Velure`}</title>
      <h1 ref={heading} tabIndex={-1} className={className}>
        {children ?? title}
      </h1>
    </>
  );
}
