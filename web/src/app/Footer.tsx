import { Link } from "react-router";
import styles from "./Footer.module.css";

/** The end of every page. */
export function Footer() {
  return (
    <footer className={styles["footer"]} data-print="hide">
      <div className={styles["inner"]}>
        <p className={styles["mark"]}>Velure</p>
        <p className={styles["line"]}>Fewer things, better chosen, for the animals who use them.</p>
        <nav aria-label="Footer">
          <ul>
            <li>
              <Link to="/">Shop</Link>
            </li>
            <li>
              <Link to="/cart">Cart</Link>
            </li>
            <li>
              <Link to="/orders">Orders</Link>
            </li>
          </ul>
        </nav>
      </div>
    </footer>
  );
}
