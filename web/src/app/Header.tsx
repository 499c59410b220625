import { Link } from "react-router";
import { useSession } from "../api/session.ts";
import { useCartCount } from "../features/cart/store.ts";
import { SearchBox } from "../features/catalog/SearchBox.tsx";
import { Icon } from "../shared/ui/Icon.tsx";
import { ThemeToggle } from "./ThemeToggle.tsx";
import styles from "./Header.module.css";

/** The shop's name, search, account and cart. */
export function Header() {
  const user = useSession();
  const count = useCartCount();
  return (
    <header className={styles["header"]} data-print="hide">
      <div className={styles["bar"]}>
        <Link to="/" className={styles["wordmark"]}>
          Velure
        </Link>
        <div className={styles["search"]}>
          <SearchBox />
        </div>
        <nav aria-label="Your things" className={styles["tools"]}>
          <ThemeToggle />
          {user && (
            <Link to="/orders" className={styles["orders"]}>
              Orders
            </Link>
          )}
          <Link
            to={user ? "/account" : "/sign-in"}
            className={styles["tool"]}
            aria-label={user ? `Account of ${user.name}` : "Sign in"}
          >
            <Icon name="person" />
            <span aria-hidden className={styles["label"]}>
              {user ? firstName(user.name) : "Sign in"}
            </span>
          </Link>
          <Link to="/cart" className={styles["tool"]}>
            <Icon name="bag" />
            <span className={styles["label"]}>Cart</span>
            {count > 0 && (
              <>
                <span className="visually-hidden">, </span>
                <span key={count} className={styles["count"]}>
                  {count}
                </span>
                <span className="visually-hidden"> {count === 1 ? "thing" : "things"}</span>
              </>
            )}
          </Link>
        </nav>
      </div>
    </header>
  );
}

function firstName(name: string): string {
  return name.split(/\s+/)[0] ?? name;
}
