"""Active Learners: navigation and the frame of every page. Start it with `make app`."""

from pathlib import Path

import streamlit as st

from pages.components.frame import follow_address, page_frame

# a named icon would be fetched from another server: the app asks nobody but itself
LOGO = str(Path(__file__).parent / "pages" / "components" / "logo.svg")

st.set_page_config(page_title="Active Learners", page_icon=LOGO, layout="wide")
st.logo(LOGO)

pages = [
    st.Page("pages/1_Overview.py", title="Overview", icon=":material/home:", default=True),
    st.Page("pages/2_Label.py", title="Label", icon=":material/label:"),
    st.Page("pages/3_Heuristics.py", title="Heuristics", icon=":material/code:"),
    st.Page("pages/4_Tune.py", title="Tune", icon=":material/tune:"),
    st.Page("pages/5_Records.py", title="Records", icon=":material/table_rows:"),
    st.Page("pages/6_Project.py", title="Project", icon=":material/folder:"),
]
page = st.navigation(pages, position="top")
follow_address(pages)

with page_frame(page.title):
    page.run()
