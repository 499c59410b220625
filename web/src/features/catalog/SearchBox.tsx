import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { Icon } from "../../shared/ui/Icon.tsx";
import { parseListing, toSearch } from "./listing.ts";
import styles from "./SearchBox.module.css";

/** Long enough that a typed word is one request, short enough to feel immediate. */
const DEBOUNCE_MS = 250;

/** Searches the whole catalogue: as one types on the shelf, on Enter from any other page. */
export function SearchBox() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [search] = useSearchParams();
  const onShelf = pathname === "/";
  const listing = parseListing(search);
  const shown = onShelf ? (listing.q ?? "") : "";
  const [text, setText] = useState(shown);
  const [followed, setFollowed] = useState(shown);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // Back, forward and links change the address; the box follows, except while it is itself ahead of it.
  if (shown !== followed) {
    setFollowed(shown);
    if (text.trim() !== shown) setText(shown);
  }
  useEffect(() => () => clearTimeout(timer.current), [pathname]);

  const go = (value: string) => {
    clearTimeout(timer.current);
    const q = value.trim();
    if (onShelf && q === shown) return;
    // Letters typed into one search are one step back, not one each.
    const refining = onShelf && listing.q !== undefined && q !== "";
    void navigate(`/${toSearch({ q, sort: listing.sort })}`, { replace: refining, preventScrollReset: refining });
  };

  return (
    <search className={styles["search"]}>
      <form
        role="none"
        onSubmit={(event) => {
          event.preventDefault();
          go(text);
        }}
      >
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search the shop"
          placeholder="Search the shop"
          autoComplete="off"
          enterKeyHint="search"
          maxLength={100}
          value={text}
          onChange={(event) => {
            const value = event.target.value;
            setText(value);
            clearTimeout(timer.current);
            if (onShelf) timer.current = setTimeout(() => go(value), DEBOUNCE_MS);
          }}
        />
      </form>
    </search>
  );
}
