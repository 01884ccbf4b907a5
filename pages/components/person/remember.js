// Keeps the person's name in a cookie, which the server reads when the page is opened again.
const ONE_YEAR = 365 * 24 * 60 * 60;

export default function remember({ data }) {
  document.cookie = `${data.cookie}=${encodeURIComponent(data.name)}; path=/; max-age=${ONE_YEAR}; SameSite=Lax`;
}
